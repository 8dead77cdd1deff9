#include "mola/nn/pissa.h"

#include <torch/types.h>

#include <algorithm>

#include "nn/add_to_weight.h"

namespace mola {

using torch::Tensor;

namespace {

// The `rank` largest singular values of weight [O, I], with U [O, rank] and V^T [rank, I].
struct SingularValues {
  Tensor U;
  Tensor S;
  Tensor Vt;
};

// Computed from the eigenvectors of the smaller of W W^T and W^T W. In float64 the squared values
// keep the precision of fp32; for a 1024 x 2816 matrix this took a thirtieth of the time of
// LAPACK's full SVD.
SingularValues largest_singular_values(const Tensor& weight, int64_t rank) {
  const bool is_wide = weight.size(0) <= weight.size(1);
  const auto wide = (is_wide ? weight : weight.t()).to(torch::kDouble);
  const auto [squares, vectors] = at::linalg_eigh(wide.mm(wide.t()));  // in ascending order
  const auto U = vectors.narrow(1, vectors.size(1) - rank, rank).flip(1);
  const auto products = U.t().mm(wide);  // S V^T
  const auto S = products.norm(2, 1);
  const auto Vt = products / S.clamp_min(1e-300).unsqueeze(1);
  if (is_wide) return {U, S, Vt};
  return {Vt.t(), S, U.t()};
}

}  // namespace

void start_pissa(ProjectionGroupImpl& group, size_t index) {
  torch::NoGradGuard no_grad;
  auto& mixture = *group.mixtures[index];
  const int64_t rank = mixture.options.rank();
  const auto weight = group.projection_weight(index);
  const int64_t most = std::min(weight.size(0), weight.size(1));
  TORCH_CHECK(rank <= most, "start_pissa: found rank ", rank, " for a weight of ", weight.sizes(),
              ", expected at most ", most);
  const auto [U, S, Vt] = largest_singular_values(weight, rank);
  const auto root = (S / mixture.scaling()).sqrt();
  const auto dtype = mixture.initial_A.scalar_type();
  set_initial_factors(group, index, (root.unsqueeze(1) * Vt).to(dtype), (U * root).to(dtype));
  for (auto& expert : mixture.experts) {
    expert->lora_A.copy_(mixture.initial_A);
    expert->lora_B.copy_(mixture.initial_B);
  }
}

void set_initial_factors(ProjectionGroupImpl& group, size_t index, const Tensor& initial_A,
                         const Tensor& initial_B) {
  torch::NoGradGuard no_grad;
  auto& mixture = *group.mixtures[index];
  // A resumed run thus keeps a bit-identical weight.
  if (torch::equal(initial_A, mixture.initial_A) && torch::equal(initial_B, mixture.initial_B)) {
    return;
  }
  auto change = mixture.initial_B.mm(mixture.initial_A);
  mixture.initial_A.copy_(initial_A);
  mixture.initial_B.copy_(initial_B);
  change.sub_(mixture.initial_B.mm(mixture.initial_A)).mul_(mixture.scaling());
  add_to_weight(group, index, change);
}

void put_back_initial_factors(ProjectionGroupImpl& group, size_t index, bool into_weight) {
  torch::NoGradGuard no_grad;
  const auto& mixture = *group.mixtures[index];
  const double sign = into_weight ? 1 : -1;
  add_to_weight(group, index,
                mixture.initial_B.mm(mixture.initial_A).mul_(sign * mixture.scaling()));
}

}  // namespace mola
