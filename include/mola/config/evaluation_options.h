#pragma once

#include <cstdint>
#include <optional>

namespace mola {

/// Evaluation protocol: the model generates a response, from which the answer is parsed, or scores
/// the response of each answer, and the most likely one counts.
enum class Protocol { kGenerate, kScore };

struct EvaluationOptions {
  Protocol protocol = Protocol::kGenerate;
  int64_t batch_size = 32;      ///< rows per batch
  int64_t max_new_tokens = 32;  ///< generate: per response
  bool normalize = false;       ///< score: divide by the number of response tokens
};

/// How each run of a plan is evaluated.
struct PlanEvaluation : EvaluationOptions {
  std::optional<int64_t> limit;  ///< maximum rows of each split; all by default
};

}  // namespace mola
