#include "mola/train/validation.h"

#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/loss/causal_lm_loss.h"
#include "support/fixture.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

Llama model_with_dropout() {
  AdapterSpec spec;
  spec["allocation"] = "23";
  spec["dropout"] = 0.5;
  return tiny_model(resolve(spec, 2));
}

const std::vector<Sequence> kSequences = {
    {{1, 5, 7, 2}, {kIgnoreIndex, kIgnoreIndex, 7, 2}},
    {{1, 9, 3, 4, 2}, {1, 9, 3, 4, 2}},
    {{1, 6, 2}, {kIgnoreIndex, 6, kIgnoreIndex}},
};

// 2 + 4 + 1 labelled tokens, whose mean is taken over all, not by micro-batch.
TEST(Validation, IsTheMeanOverLabelledTokensWithoutDropout) {
  auto model = model_with_dropout();
  model->eval();
  double sum = 0;
  for (const auto& sequence : kSequences) {
    const auto ids = torch::tensor(sequence.input_ids).unsqueeze(0);
    const auto targets = find_targets(torch::tensor(sequence.labels).unsqueeze(0));
    sum += causal_lm_loss(model->forward(ids), model->head_weight(), targets, 1).item<double>();
  }
  model->train();
  for (const int64_t micro_batch_size : {1, 2, 3}) {
    const Loader loader(kSequences, {2, micro_batch_size, /*shuffle=*/false});
    EXPECT_NEAR(validation_loss(model, loader), sum / 7, 1e-6) << micro_batch_size;
  }
}

TEST(Validation, LeavesModeAndRandomNumbersAlone) {
  auto model = model_with_dropout();
  const Loader loader(kSequences, {3, 3, /*shuffle=*/false});
  for (const bool training : {true, false}) {
    model->train(training);
    torch::manual_seed(3);
    const auto expected = torch::rand({4});
    torch::manual_seed(3);
    validation_loss(model, loader);
    EXPECT_TRUE(torch::equal(torch::rand({4}), expected));
    EXPECT_EQ(model->is_training(), training);
  }
}

}  // namespace
}  // namespace mola
