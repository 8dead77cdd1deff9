#include "mola/train/trainer.h"

#include <gtest/gtest.h>

#include "mola/io/adapter.h"
#include "mola/train/validation.h"
#include "support/other_device.h"
#include "support/tensors.h"
#include "support/training_step.h"

namespace mola {
namespace {

using torch::Tensor;

Loader loader_of(bool share_prefix) {
  LoaderOptions options;
  options.batch_size = 4;
  options.micro_batch_size = 2;
  options.share_prefix = share_prefix;
  return {rows_that_begin_alike(), options};
}

TrainConfig train_config() {
  TrainConfig train;
  train.max_steps = 4;
  train.warmup_steps = 1;
  train.learning_rate = 1e-2;
  train.max_grad_norm = 1;
  return train;
}

// The losses of each step, before they are validated.
std::vector<double> train(Llama& model, bool share_prefix) {
  const auto loader = loader_of(share_prefix);
  std::vector<Tensor> losses;
  Trainer(model, loader, train_config()).run([&](const Trainer::Step& step) {
    losses.push_back(step.loss);
    losses.push_back(step.balance_loss);
    losses.push_back(step.grad_norm);
    return true;
  });
  std::vector<double> values;
  for (const auto& loss : losses) values.push_back(loss.item<double>());
  values.push_back(validation_loss(model, loader));
  return values;
}

class TrainerOnDevice : public testing::TestWithParam<const char*> {};

TEST_P(TrainerOnDevice, TakesTheHostsSteps) {
  auto model = small_model_of_type(GetParam(), torch::kFloat, 0.1);
  auto copy = on_other_device(model);
  const auto expected = train(model, true);
  const auto found = train(copy, true);
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-4) << i;
}

INSTANTIATE_TEST_SUITE_P(Types, TrainerOnDevice,
                         testing::Values("mola", "lora", "prompt_tuning", "llama_adapter", "full"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace mola
