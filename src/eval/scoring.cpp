#include "mola/eval/scoring.h"

#include <torch/types.h>

#include <algorithm>

#include "eval/token_batch.h"

namespace mola {
namespace {

// The log-probabilities needed from one forward pass, and the sums they are added to.
class Wanted {
 public:
  // That of `token` after the pass's token at `position`; positions are in ascending order.
  void add(int64_t position, int64_t token, double& sum) {
    if (positions_.empty() || positions_.back() != position) positions_.push_back(position);
    rows_.push_back(static_cast<int64_t>(positions_.size()) - 1);
    tokens_.push_back(token);
    sums_.push_back(&sum);
  }

  // hidden [N, H] is the result of the pass.
  void add_to_sums(const Llama& model, const torch::Tensor& hidden) const {
    if (sums_.empty()) return;
    const auto on_device = [&](const std::vector<int64_t>& numbers) {
      return torch::tensor(numbers, torch::kLong).to(hidden.device());
    };
    const auto logits = model->logits(hidden.index_select(0, on_device(positions_)));
    const auto log_probabilities = torch::log_softmax(logits.to(torch::kFloat), -1)
                                       .index({on_device(rows_), on_device(tokens_)})
                                       .to(torch::kCPU, torch::kDouble);
    const double* next = log_probabilities.const_data_ptr<double>();
    for (double* sum : sums_) *sum += *next++;
  }

 private:
  std::vector<int64_t> positions_, rows_, tokens_;
  std::vector<double*> sums_;
};

// A row that is being scored.
struct Row {
  size_t index;
  int64_t slot;
  size_t common;  // tokens of its candidates' common prefix; each has at least one more
  std::vector<double> scores;
};

size_t common_tokens(const Candidates& candidates) {
  size_t common = SIZE_MAX;
  for (const auto& candidate : candidates) {
    const size_t most = std::min(common, candidate.input_ids.size() - 1);
    common = common_beginning(candidates.front().input_ids, candidate.input_ids, most);
  }
  TORCH_CHECK(common > 0, "score_candidates: the candidates of a row begin with different tokens, ",
              "expected one prompt");
  return common;
}

// The tokens that no sum needs: those before the first whose successor is a target.
size_t tokens_before_targets(const Sequence& sequence) {
  size_t t = 1;
  while (t < sequence.labels.size() && !is_target(sequence, t)) ++t;
  return t - 1;
}

class Scorer {
 public:
  Scorer(Llama& model, const std::vector<Candidates>& rows, int64_t batch_size)
      : model_(model), rows_(rows), cache_(model->make_cache(batch_size + 1, longest(rows))) {
    std::vector<std::vector<int64_t>> beginnings;
    size_t most = SIZE_MAX;
    for (const auto& candidates : rows) {
      const auto& ids = candidates.front().input_ids;
      const auto common = static_cast<int64_t>(common_tokens(candidates));
      beginnings.emplace_back(ids.begin(), ids.begin() + common);
      common_.push_back(beginnings.back().size());
      most = std::min({most, beginnings.back().size() - 1, tokens_before_targets(candidates[0])});
    }
    order_ = longest_first(beginnings);
    prefix_ = shared_prefix(beginnings, most);
    if (prefix_ == 0) return;
    TokenBatch batch;
    batch.add(prefix_slot(), beginnings[0], 0, prefix_);
    batch.forward(model_, cache_);
  }

  // Whether the rows begin..end of the order are.
  bool are_done(size_t begin, size_t end, const IsDone& is_done) const {
    const auto at = [&](size_t i) { return order_.begin() + static_cast<std::ptrdiff_t>(i); };
    return is_done && std::all_of(at(begin), at(end), is_done);
  }

  // The rows begin..end of the order.
  std::vector<Row> score(size_t begin, size_t end) {
    std::vector<Row> batch;
    for (size_t at = begin; at < end; ++at) {
      const auto& candidates = rows_[order_[at]];
      batch.push_back({order_[at], static_cast<int64_t>(at - begin), common_[order_[at]],
                       std::vector<double>(candidates.size(), 0)});
    }
    score_beginnings(batch);
    size_t most = 0;
    for (const auto& row : batch) most = std::max(most, row.scores.size());
    for (size_t c = 0; c < most; ++c) score_ends(batch, c);
    for (const auto& row : batch) cache_.lengths[row.slot] = 0;
    return batch;
  }

 private:
  static int64_t longest(const std::vector<Candidates>& rows) {
    size_t tokens = 1;
    for (const auto& candidates : rows) {
      for (const auto& candidate : candidates) tokens = std::max(tokens, candidate.labels.size());
    }
    return static_cast<int64_t>(tokens);
  }

  int64_t prefix_slot() const { return static_cast<int64_t>(cache_.lengths.size()) - 1; }

  // The common prefix of each row's candidates.
  void score_beginnings(std::vector<Row>& batch) {
    TokenBatch tokens;
    Wanted wanted;
    for (auto& row : batch) {
      const auto& candidates = rows_[row.index];
      if (prefix_ > 0) cache_.copy_slot(prefix_slot(), row.slot);
      const int64_t offset = tokens.offsets.back() - static_cast<int64_t>(prefix_) - 1;
      tokens.add(row.slot, candidates[0].input_ids, prefix_, row.common);
      for (size_t t = prefix_ + 1; t <= row.common; ++t) {
        for (size_t c = 0; c < candidates.size(); ++c) {
          if (!is_target(candidates[c], t)) continue;
          wanted.add(offset + static_cast<int64_t>(t), candidates[c].labels[t], row.scores[c]);
        }
      }
    }
    wanted.add_to_sums(model_, tokens.forward(model_, cache_));
  }

  // The rest of the candidate `c` of each row; the cache is restored afterwards.
  void score_ends(std::vector<Row>& batch, size_t c) {
    TokenBatch tokens;
    Wanted wanted;
    for (auto& row : batch) {
      if (c >= row.scores.size()) continue;
      const auto& candidate = rows_[row.index][c];
      const size_t last = candidate.input_ids.size() - 1;
      if (last == row.common) continue;
      const int64_t offset = tokens.offsets.back() - static_cast<int64_t>(row.common) - 1;
      tokens.add(row.slot, candidate.input_ids, row.common, last);
      for (size_t t = row.common + 1; t <= last; ++t) {
        if (!is_target(candidate, t)) continue;
        wanted.add(offset + static_cast<int64_t>(t), candidate.labels[t], row.scores[c]);
      }
    }
    if (tokens.slots.empty()) return;
    const auto lengths = cache_.lengths;
    wanted.add_to_sums(model_, tokens.forward(model_, cache_));
    cache_.lengths = lengths;
  }

  Llama& model_;
  const std::vector<Candidates>& rows_;
  KeyValueCache cache_;
  std::vector<size_t> common_;  // tokens of each row's common prefix
  std::vector<size_t> order_;
  size_t prefix_ = 0;  // tokens of the common prefix of all rows
};

}  // namespace

void score_candidates(Llama& model, const std::vector<Candidates>& rows, int64_t batch_size,
                      const OnScores& on_scores, const IsDone& is_done) {
  for (const auto& candidates : rows) {
    TORCH_CHECK(!candidates.empty(), "score_candidates: found a row without candidates");
    for (const auto& candidate : candidates) {
      TORCH_CHECK(
          candidate.input_ids.size() > 1 && candidate.input_ids.size() == candidate.labels.size(),
          "score_candidates: found ", candidate.input_ids.size(), " tokens and ",
          candidate.labels.size(), " labels, expected at least 2 tokens and as many labels");
    }
  }
  TORCH_CHECK(batch_size > 0, "score_candidates: found batch_size ", batch_size,
              ", expected at least 1");
  if (rows.empty()) return;
  torch::NoGradGuard no_grad;
  const auto size = std::min(static_cast<size_t>(batch_size), rows.size());
  Scorer scorer(model, rows, static_cast<int64_t>(size));
  for (size_t begin = 0; begin < rows.size(); begin += size) {
    const size_t end = std::min(rows.size(), begin + size);
    if (scorer.are_done(begin, end, is_done)) continue;
    for (const auto& row : scorer.score(begin, end)) {
      if (!is_done || !is_done(row.index)) on_scores(row.index, row.scores);
    }
  }
}

}  // namespace mola
