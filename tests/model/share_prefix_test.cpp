#include <gtest/gtest.h>

#include "support/tensors.h"
#include "support/training_step.h"

namespace mola {
namespace {

using torch::Tensor;

// All gradients end to end: in fp32, those that nearly cancel are only compared with the others.
Tensor all_gradients(const TensorMap& results) {
  std::vector<Tensor> gradients;
  for (const auto& [name, tensor] : results) {
    if (tensor.dim() > 0) gradients.push_back(tensor.flatten().to(torch::kDouble));
  }
  return torch::cat(gradients);
}

class SharePrefix : public testing::TestWithParam<const char*> {
 protected:
  void expect_same_steps(Llama& model, double tolerance) const {
    const auto expected = training_step(model, rows_that_begin_alike(), false);
    const auto found = training_step(model, rows_that_begin_alike(), true);
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [name, tensor] : expected) {
      EXPECT_LT(relative_error(found.at(name), tensor), tolerance) << name;
    }
  }
};

TEST_P(SharePrefix, ChangesNoLossAndNoGradient) {
  auto wide = model_of_type(GetParam(), torch::kDouble);
  expect_same_steps(wide, 1e-10);
  wide->gradient_checkpointing = true;
  expect_same_steps(wide, 1e-10);
}

TEST_P(SharePrefix, ChangesNothingInFp32) {
  auto model = small_model_of_type(GetParam(), torch::kFloat);
  const auto expected = training_step(model, rows_that_begin_alike(), false);
  const auto found = training_step(model, rows_that_begin_alike(), true);
  for (const auto* name : {"loss", "balance loss", "tokens", "targets"}) {
    EXPECT_LT(relative_error(found.at(name), expected.at(name)), 1e-5) << name;
  }
  EXPECT_LT(relative_error(all_gradients(found), all_gradients(expected)), 1e-5);
}

TEST_P(SharePrefix, ComputesFewerTokens) {
  const auto sequences = rows_that_begin_alike();
  MicroBatch batch;
  for (const auto& row : sequences) batch.push_back(&row);
  const auto shared = collate(batch, torch::kCPU, true).tokens;
  // 4 of all, 12 of each template, then 1, 2 and 1 of the one and 1 and 2 of the other, and 3.
  EXPECT_EQ(shared.count(), 110);
  EXPECT_EQ(shared.computed(), 38);
}

INSTANTIATE_TEST_SUITE_P(Types, SharePrefix,
                         testing::Values("mola", "lora", "prompt_tuning", "llama_adapter", "full"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace mola
