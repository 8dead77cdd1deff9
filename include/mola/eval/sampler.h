#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace mola {

/// How the next token is chosen. The default is greedy decoding.
struct SamplingOptions {
  double temperature = 0;         ///< divides the logits; 0: greedy
  int64_t top_k = 0;              ///< only the k most likely tokens; 0: all
  double top_p = 1;               ///< only the fewest tokens whose probabilities sum to p
  double repetition_penalty = 1;  ///< above 1: repeated tokens become less likely
  int64_t seed = 0;
};

/// Throws `Error` with the name of a value out of range.
void check_sampling(const SamplingOptions& options);

/// Chooses the tokens of one sequence, as transformers does with the same options: repetition
/// penalty (arXiv 1909.05858), temperature, top-k, top-p, and a sample from the softmax of the
/// remaining tokens. The samples depend only on `options.seed` and `stream`, so a sequence is the
/// same in any batch and on every machine.
class Sampler {
 public:
  Sampler(const SamplingOptions& options, int64_t stream);

  /// The token after `tokens` (prompt and new tokens), given its logits [V], which are modified.
  /// Tokens of V and above cannot be chosen and need no penalty.
  int64_t next(std::vector<float>& logits, const std::vector<int64_t>& tokens);

 private:
  int64_t draw(std::vector<float>& logits);

  SamplingOptions options_;
  std::mt19937_64 engine_;
};

}  // namespace mola
