#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace mola {

/// How the next token is chosen. The defaults are greedy: the most likely one.
struct SamplingOptions {
  double temperature = 0;         ///< divides the logits; 0: greedy
  int64_t top_k = 0;              ///< only the k most likely tokens; 0: all
  double top_p = 1;               ///< only the fewest tokens whose probabilities reach p together
  double repetition_penalty = 1;  ///< above 1: tokens that were there already get less likely
  int64_t seed = 0;
};

/// Throws `Error` for a value out of range, naming it.
void check_sampling(const SamplingOptions& options);

/// Chooses the tokens of one sequence, as transformers does with the same options: repetition
/// penalty (arXiv 1909.05858), temperature, top-k, top-p, and a draw from the softmax of what is
/// left. The draws depend on `options.seed` and `stream` alone, so that a sequence comes out the
/// same in any batch, on every machine.
class Sampler {
 public:
  Sampler(const SamplingOptions& options, int64_t stream);

  /// The token after `tokens` (prompt and what followed), given its logits [V], which are changed.
  int64_t next(std::vector<float>& logits, const std::vector<int64_t>& tokens);

 private:
  int64_t draw(std::vector<float>& logits);

  SamplingOptions options_;
  std::mt19937_64 engine_;
};

}  // namespace mola
