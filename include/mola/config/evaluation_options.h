#pragma once

#include <cstdint>
#include <optional>

namespace mola {

/// How a model is asked: it writes a response, out of which the answer is parsed, or it scores the
/// response of each answer and the likeliest counts.
enum class Protocol { kGenerate, kScore };

struct EvaluationOptions {
  Protocol protocol = Protocol::kGenerate;
  int64_t batch_size = 32;      ///< rows at a time
  int64_t max_new_tokens = 32;  ///< generate: of a response
  bool normalize = false;       ///< score: divide by the number of the response's tokens
};

/// How each run of a plan is evaluated.
struct PlanEvaluation : EvaluationOptions {
  std::optional<int64_t> limit;  ///< rows of each split; all without it
};

}  // namespace mola
