#pragma once

#include <functional>
#include <vector>

#include "mola/data/sequence.h"
#include "mola/model/llama.h"

namespace mola {

/// Sequences of which one is to be chosen: a prompt with each of the responses that it may have.
using Candidates = std::vector<Sequence>;

/// Gets, for the row `index`, the score of each of its candidates: the sum of the log-probabilities
/// (natural) that the model gives its labelled tokens.
using OnScores = std::function<void(size_t index, const std::vector<double>& scores)>;

/// Scores `rows`, `batch_size` of them together, the longest first. The tokens that a row's
/// candidates begin with go through the model once, and those that all rows begin with only once
/// for all. The model should be in evaluation mode.
void score_candidates(Llama& model, const std::vector<Candidates>& rows, int64_t batch_size,
                      const OnScores& on_scores);

}  // namespace mola
