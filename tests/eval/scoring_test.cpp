#include "mola/eval/scoring.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "mola/adapters/adapters.h"
#include "mola/loss/ignore_index.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

// With an adapter of each kind that a cache has to know of.
std::vector<Llama> tiny_scorers() {
  AdapterSpec mola, prompt_tuning, llama_adapter;
  mola["allocation"] = "24";
  mola["rank"] = 2;
  prompt_tuning.type = "prompt_tuning";
  prompt_tuning["num_virtual_tokens"] = 3;
  llama_adapter.type = "llama_adapter";
  llama_adapter["adapter_len"] = 3;
  std::vector<Llama> models;
  for (const auto& spec : {mola, prompt_tuning, llama_adapter}) {
    models.push_back(tiny_model(resolve(spec, 2)));
    models.back()->eval();
  }
  return models;
}

// `prompt` without labels, then the response with them.
Sequence answered(std::vector<int64_t> prompt, const std::vector<int64_t>& response) {
  Sequence sequence;
  sequence.labels.assign(prompt.size(), kIgnoreIndex);
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
    if (sequence.labels[t] == kIgnoreIndex) continue;
    sum += log_probabilities[static_cast<int64_t>(t) - 1][sequence.labels[t]].item<double>();
  }
  return sum;
}

void expect_plain_scores(Llama& model, const std::vector<Candidates>& rows) {
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

void expect_plain_scores(const std::vector<Candidates>& rows) {
  for (auto& model : tiny_scorers()) expect_plain_scores(model, rows);
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
  half.labels[3] = kIgnoreIndex;
  expect_plain_scores({{half, answered({1, 5}, {3, 4, 7})}});
}

// Scores depend on the other rows of a batch, in their last bits.
TEST(ScoreCandidates, GoesOnWithTheSameBatches) {
  auto model = tiny_scorers()[0];
  std::vector<Candidates> rows;
  for (int64_t length = 1; length <= 7; ++length) {
    std::vector<int64_t> prompt(length, 5);
    prompt[0] = 1;
    rows.push_back({answered(prompt, {3, 4}), answered(prompt, {6, 7, 8})});
  }
  std::vector<std::vector<double>> whole(rows.size());
  score_candidates(model, rows, 3,
                   [&](size_t i, const std::vector<double>& found) { whole[i] = found; });
  // The longest come first, three at a time: a batch that is done, one in part, one not.
  const std::set<size_t> done = {4, 5, 6, 2};
  std::map<size_t, std::vector<double>> rest;
  score_candidates(
      model, rows, 3, [&](size_t i, const std::vector<double>& found) { rest[i] = found; },
      [&](size_t i) { return done.count(i) > 0; });
  EXPECT_EQ(rest,
            (std::map<size_t, std::vector<double>>{{0, whole[0]}, {1, whole[1]}, {3, whole[3]}}));
}

TEST(ScoreCandidates, RefusesWhatIsNoChoice) {
  auto model = tiny_scorers()[0];
  const auto ignore = [](auto...) {};
  EXPECT_THROW(score_candidates(model, {{}}, 1, ignore), c10::Error);
  EXPECT_THROW(score_candidates(model, {{answered({}, {1})}}, 1, ignore), c10::Error);
  EXPECT_THROW(score_candidates(model, {{answered({1}, {2}), answered({3}, {4})}}, 1, ignore),
               c10::Error);
}

}  // namespace
}  // namespace mola
