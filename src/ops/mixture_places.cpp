#include "ops/mixture_places.h"

namespace mola {
namespace {

// Whether `place` goes on where `run` ends.
bool goes_on(const GateRun& run, const MixturePlace& place) {
  const auto& gate = run.gate;
  const auto& other = place.gate;
  return other.num_experts == gate.num_experts && other.top_k == gate.top_k &&
         other.rank == gate.rank && other.scaling == gate.scaling &&
         place.hidden_begin == run.hidden_begin + gate.mixtures * gate.width() &&
         place.logits_begin == run.logits_begin + gate.mixtures * gate.num_experts;
}

}  // namespace

std::vector<GateRun> gate_runs(const std::vector<MixturePlace>& places) {
  std::vector<GateRun> runs;
  for (size_t i = 0; i < places.size(); ++i) {
    const auto& place = places[i];
    if (place.logits_begin < 0) continue;
    if (!runs.empty() && goes_on(runs.back(), place)) {
      ++runs.back().gate.mixtures;
    } else {
      runs.push_back({place.gate, i, place.hidden_begin, place.logits_begin});
    }
  }
  return runs;
}

}  // namespace mola
