#include "train/run_warnings.h"

#include <sstream>

#include "mola/adapters/adapters.h"

namespace mola {
namespace {

template <class... Parts>
std::string line(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  return text.str();
}

// Layers with more than one expert, and those of them whose router selects all experts.
struct Layers {
  int64_t routed = 0;
  int64_t without_choice = 0;
};

Layers count_layers(const AdapterConfig& adapter) {
  Layers layers;
  for (const auto& [projection, experts] : adapter.allocation.values) {
    for (size_t j = 0; j < experts.size(); ++j) {
      if (experts[j] < 2) continue;
      ++layers.routed;
      const auto top_k = adapter.top_k.at(projection, static_cast<int64_t>(j));
      layers.without_choice += top_k == experts[j] ? 1 : 0;
    }
  }
  return layers;
}

}  // namespace

std::vector<std::string> run_warnings(const TrainConfig& train, const AdapterConfig& adapter,
                                      int64_t total_steps) {
  std::vector<std::string> warnings;
  const auto layers = count_layers(adapter);
  if (layers.routed > 0 && layers.without_choice == layers.routed) {
    warnings.push_back(
        "adapter.top_k equals the number of experts in every layer: the routers select all experts "
        "for each token");
  }
  // A factor of 100 above or below the usual value.
  const double usual = usual_learning_rate(adapter);
  const double ratio = train.learning_rate / usual;
  if (ratio >= 100 || ratio <= 0.01) {
    warnings.push_back(line("train.learning_rate is ", train.learning_rate,
                            "; the usual value for ",
                            adapter.is_none() ? "pretraining" : adapter.type, " is about ", usual));
  }
  if (train.warmup_steps >= total_steps) {
    warnings.push_back(line("train.warmup_steps is ", train.warmup_steps, ", but the run has only ",
                            total_steps, " steps: the learning rate never reaches its peak"));
  }
  return warnings;
}

}  // namespace mola
