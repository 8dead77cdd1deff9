#include "mola/eval/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "mola/base/error.h"

namespace mola {
namespace {

void penalise(std::vector<float>& logits, const std::vector<int64_t>& tokens, double penalty) {
  for (const int64_t token : std::set<int64_t>(tokens.begin(), tokens.end())) {
    // A token of the prompt that cannot be chosen.
    if (token >= static_cast<int64_t>(logits.size())) continue;
    auto& logit = logits[token];
    logit = static_cast<float>(logit < 0 ? logit * penalty : logit / penalty);
  }
}

// The number of `probabilities`, which are in descending order, that are needed to sum to `top_p`.
size_t count_to_reach(double top_p, const std::vector<double>& probabilities) {
  double sum = 0;
  for (size_t count = 0; count < probabilities.size(); ++count) {
    if (sum >= top_p) return count;
    sum += probabilities[count];
  }
  return probabilities.size();
}

}  // namespace

void check_sampling(const SamplingOptions& options) {
  const auto refuse = [](const char* name, auto found, const char* expected) {
    fail(name, ": found ", found, ", expected ", expected);
  };
  if (!(options.temperature >= 0)) refuse("temperature", options.temperature, "at least 0");
  if (options.top_k < 0) refuse("top_k", options.top_k, "at least 0");
  if (!(options.top_p > 0 && options.top_p <= 1)) {
    refuse("top_p", options.top_p, "above 0 and at most 1");
  }
  if (!(options.repetition_penalty > 0) || std::isinf(options.repetition_penalty)) {
    refuse("repetition_penalty", options.repetition_penalty, "above 0 and finite");
  }
}

Sampler::Sampler(const SamplingOptions& options, int64_t stream) : options_(options) {
  check_sampling(options);
  std::seed_seq seeds{static_cast<uint32_t>(options.seed),
                      static_cast<uint32_t>(options.seed >> 32), static_cast<uint32_t>(stream),
                      static_cast<uint32_t>(stream >> 32)};
  engine_.seed(seeds);
}

int64_t Sampler::next(std::vector<float>& logits, const std::vector<int64_t>& tokens) {
  if (!std::all_of(logits.begin(), logits.end(), [](float l) { return std::isfinite(l); })) {
    fail("the logits after ", tokens.size(), " tokens are not finite");
  }
  if (options_.repetition_penalty != 1) penalise(logits, tokens, options_.repetition_penalty);
  if (options_.temperature > 0) return draw(logits);
  return std::max_element(logits.begin(), logits.end()) - logits.begin();
}

int64_t Sampler::draw(std::vector<float>& logits) {
  std::vector<int64_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  const size_t most =
      options_.top_k == 0 ? order.size() : std::min(order.size(), size_t(options_.top_k));
  // Equal logits in the order of their ids, so that the order is the same on every machine.
  std::partial_sort(
      order.begin(), order.begin() + static_cast<int64_t>(most), order.end(),
      [&](int64_t a, int64_t b) { return logits[a] != logits[b] ? logits[a] > logits[b] : a < b; });
  order.resize(most);
  std::vector<double> probabilities;
  for (const int64_t token : order) {
    const double below_largest = static_cast<double>(logits[token]) - logits[order[0]];
    probabilities.push_back(std::exp(below_largest / options_.temperature));
  }
  const double total = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  probabilities.resize(count_to_reach(options_.top_p * total, probabilities));
  const double left = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  const double target = static_cast<double>(engine_() >> 11) * 0x1p-53 * left;  // 53 bits in [0, 1)
  double sum = 0;
  for (size_t i = 0; i < probabilities.size(); ++i) {
    sum += probabilities[i];
    if (target < sum) return order[i];
  }
  return order[probabilities.size() - 1];
}

}  // namespace mola
