#pragma once

#include <functional>
#include <vector>

#include "mola/data/sequence.h"
#include "mola/model/llama.h"

namespace mola {

/// Sequences to choose from: a prompt with each of its possible responses.
using Candidates = std::vector<Sequence>;

/// Receives the score of each candidate of the row `index`: the sum of the log-probabilities
/// (natural) of its labelled tokens.
using OnScores = std::function<void(size_t index, const std::vector<double>& scores)>;

/// Whether the row `index` needs no scores, because an interrupted process had them.
using IsDone = std::function<bool(size_t index)>;

/// Scores `rows` in batches of `batch_size`, the longest first. The common prefix of a row's
/// candidates is computed once, and that of all rows only once for all. The model should be in
/// evaluation mode. Batches of rows that are done are left out; the others stay as they are, so
/// that their scores are bit-identical.
void score_candidates(Llama& model, const std::vector<Candidates>& rows, int64_t batch_size,
                      const OnScores& on_scores, const IsDone& is_done = {});

}  // namespace mola
