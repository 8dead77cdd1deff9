#include <gtest/gtest.h>

#include "mola/analysis/redundancy.h"
#include "mola/analysis/routing.h"
#include "mola/eval/generation.h"
#include "mola/eval/scoring.h"
#include "mola/nn/pissa.h"
#include "support/other_device.h"
#include "support/tensors.h"
#include "support/training_step.h"

namespace mola {
namespace {

using torch::Tensor;

class InferenceOnDevice : public testing::Test {
 protected:
  InferenceOnDevice() {
    host_->eval();
    device_ = on_other_device(host_);
  }

  Llama host_ = model_of_type("mola", torch::kDouble);
  Llama device_{nullptr};
};

TEST_F(InferenceOnDevice, ScoresCandidates) {
  std::vector<Candidates> rows;
  for (const auto& row : rows_that_begin_alike()) {
    Candidates candidates;
    for (const int64_t answer : {3, 4, 5}) {
      auto ids = joined(row.input_ids, {answer});
      std::vector<int64_t> labels(ids.size(), kIgnoreIndex);
      labels.back() = answer;
      candidates.push_back({ids, labels});
    }
    rows.push_back(candidates);
  }
  const auto scores_of = [&](Llama& model) {
    std::vector<double> all;
    score_candidates(model, rows, 4, [&](size_t, const std::vector<double>& scores) {
      all.insert(all.end(), scores.begin(), scores.end());
    });
    return torch::tensor(all, torch::kDouble);
  };
  EXPECT_LT(relative_error(scores_of(device_), scores_of(host_)), 1e-6);
}

TEST_F(InferenceOnDevice, GeneratesWithACache) {
  const auto texts_of = [](Llama& model) {
    std::vector<std::vector<int64_t>> prompts;
    for (const auto& row : rows_that_begin_alike()) prompts.push_back(row.input_ids);
    GenerationOptions options;
    options.batch_size = 3;
    options.max_new_tokens = 6;
    std::vector<std::vector<int64_t>> texts(prompts.size());
    generate_tokens(
        model, prompts, options, {},
        [&](size_t index, int64_t token) {
          texts[index].push_back(token);
          return true;
        },
        [](size_t, Ending) {});
    return texts;
  };
  EXPECT_EQ(texts_of(device_), texts_of(host_));
}

TEST_F(InferenceOnDevice, TakesPaddingOnBothSides) {
  const auto ids = torch::tensor({{0, 1, 2, 3}, {5, 6, 7, 0}});
  const auto mask = torch::tensor({{0, 1, 1, 1}, {1, 1, 1, 0}});
  const torch::NoGradGuard no_grad;
  const auto expected = host_->forward(ids, mask);
  const auto found = device_->forward(ids.to(other_device()), mask.to(other_device())).cpu();
  const auto tokens = (mask != 0).unsqueeze(2);
  EXPECT_LT(relative_error(found * tokens, expected * tokens), 1e-6);
}

TEST_F(InferenceOnDevice, MeasuresRoutingAndRedundancy) {
  const auto rows = rows_that_begin_alike();
  std::vector<const Sequence*> sequences;
  for (const auto& row : rows) sequences.push_back(&row);
  const auto expected = summarize(collect_routing(host_, sequences, 16));
  const auto found = summarize(collect_routing(device_, sequences, 16));
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(found[i].entropy, expected[i].entropy, 1e-9) << i;
  }
  const auto redundancy = measure_redundancy(host_);
  const auto on_device = measure_redundancy(device_);
  ASSERT_EQ(on_device.size(), redundancy.size());
  for (size_t i = 0; i < redundancy.size(); ++i) {
    EXPECT_NEAR(on_device[i].distances.product, redundancy[i].distances.product, 1e-6) << i;
  }
}

TEST_F(InferenceOnDevice, PissaKeepsTheBaseModel) {
  AdapterSpec spec;
  spec["allocation"] = "23";
  spec["rank"] = 2;
  spec["init"] = "pissa";
  auto host = tiny_model(resolve(spec, 2));
  host->to(torch::kDouble);
  host->eval();
  auto model = on_other_device(host);
  const auto ids = torch::tensor({{1, 2, 3, 4}}).to(other_device());
  const torch::NoGradGuard no_grad;
  model->use_adapter(false);
  const auto base = model->forward(ids).cpu();
  model->use_adapter(true);
  for (const auto& place : model->projections()) start_pissa(place.group, place.index);
  EXPECT_LT(relative_error(model->forward(ids).cpu(), base), 1e-6);
}

}  // namespace
}  // namespace mola
