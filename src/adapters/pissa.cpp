#include "adapters/pissa.h"

#include <algorithm>

#include "mola/nn/pissa.h"

namespace mola {
namespace {

// The number of singular values is the smaller side of the matrix.
void check_rank(const ProjectionPlace& place) {
  const auto weight = place.group.projection_weight(place.index);
  const int64_t most = std::min(weight.size(0), weight.size(1));
  const int64_t rank = place.mixture()->options.rank();
  if (rank <= most) return;
  fail("adapter.rank: found ", rank, " for ", place.name, " of layer ", place.layer,
       ", expected at most ", most, " with the init pissa, since its weight is ", weight.size(0),
       " x ", weight.size(1));
}

}  // namespace

void start_experts(Llama& model, const EncodeText&) {
  if (model->adapter.init != Init::kPissa) return;
  model->for_each_projection([](const ProjectionPlace& place) {
    if (place.mixture().is_empty()) return;
    check_rank(place);
    start_pissa(place.group, place.index);
  });
}

}  // namespace mola
