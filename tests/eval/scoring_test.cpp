#include "mola/eval/scoring.h"

#include <gtest/gtest.h>

#include "mola/loss/unlabelled.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

Llama tiny_scorer() {
  AdapterSpec spec;
  spec.allocation = "24";
  spec.rank = 2;
  auto model = tiny_model(resolve(spec, 2));
  model->eval();
  return model;
}

// `prompt` without labels, then the response with them.
Sequence answered(std::vector<int64_t> prompt, const std::vector<int64_t>& response) {
  Sequence sequence;
  sequence.labels.assign(prompt.size(), kUnlabelled);
  sequence.labels.insert(sequence.labels.end(), response.begin(), response.end());
  sequence.input_ids = std::move(prompt);
  sequence.input_ids.insert(sequence.input_ids.end(), response.begin(), response.end());
  return sequence;
}

// The whole sequence by itself through the model, without a cache.
double plain_score(Llama& model, const Sequence& sequence) {
  torch::NoGradGuard no_grad;
  const auto hidden = model->forward(torch::tensor(sequence.input_ids).unsqueeze(0))[0];
  const auto log_probabilities = torch::log_softmax(model->logits(hidden), -1);
  double sum = 0;
  for (size_t t = 1; t < sequence.labels.size(); ++t) {
    if (sequence.labels[t] == kUnlabelled) continue;
    sum += log_probabilities[static_cast<int64_t>(t) - 1][sequence.labels[t]].item<double>();
  }
  return sum;
}

void expect_plain_scores(const std::vector<Candidates>& rows) {
  auto model = tiny_scorer();
  for (const int64_t batch_size : {1, 2, 16}) {
    std::vector<std::vector<double>> scores(rows.size());
    score_candidates(model, rows, batch_size,
                     [&](size_t i, const std::vector<double>& found) { scores[i] = found; });
    for (size_t i = 0; i < rows.size(); ++i) {
      ASSERT_EQ(scores[i].size(), rows[i].size());
      for (size_t c = 0; c < rows[i].size(); ++c) {
        EXPECT_NEAR(scores[i][c], plain_score(model, rows[i][c]), 1e-4) << i << ", " << c;
      }
    }
  }
}

// Candidates that part at once, after some tokens, and at the last one; one that another goes on
// from; a lone one; rows of two and three.
TEST(ScoreCandidates, GivesWhatEachSequenceGivesAlone) {
  const std::vector<int64_t> prompt = {1, 5, 9};
  expect_plain_scores(
      {{answered(prompt, {3, 4}), answered(prompt, {6, 7, 8})},
       {answered({1, 2}, {3, 4, 5}), answered({1, 2}, {3, 4, 6}), answered({1, 2}, {3, 7, 8, 9})},
       {answered(prompt, {3}), answered(prompt, {3, 4})},
       {answered({1, 7, 7, 7}, {2, 2})}});
}

// All rows begin with the same twenty tokens, which go through the model once for all.
TEST(ScoreCandidates, SharesWhatAllRowsBeginWith) {
  std::vector<int64_t> common = {1};
  for (int64_t i = 0; i < 19; ++i) common.push_back(i % 13 + 2);
  std::vector<Candidates> rows;
  for (const int64_t own : {3, 4, 5}) {
    auto prompt = common;
    prompt.resize(common.size() + own, own);
    rows.push_back(
        {answered(prompt, {9, 10, 11}), answered(prompt, {9, 12}), answered(prompt, {8})});
  }
  rows.push_back({answered(common, {9}), answered(common, {10})});  // nothing of its own
  expect_plain_scores(rows);
}

TEST(ScoreCandidates, LeavesOutWhatHasNoLabel) {
  auto half = answered({1, 5}, {3, 4, 6});
  half.labels[3] = kUnlabelled;
  expect_plain_scores({{half, answered({1, 5}, {3, 4, 7})}});
}

TEST(ScoreCandidates, RefusesWhatIsNoChoice) {
  auto model = tiny_scorer();
  const auto ignore = [](auto...) {};
  EXPECT_THROW(score_candidates(model, {{}}, 1, ignore), c10::Error);
  EXPECT_THROW(score_candidates(model, {{answered({}, {1})}}, 1, ignore), c10::Error);
  EXPECT_THROW(score_candidates(model, {{answered({1}, {2}), answered({3}, {4})}}, 1, ignore),
               c10::Error);
}

}  // namespace
}  // namespace mola
