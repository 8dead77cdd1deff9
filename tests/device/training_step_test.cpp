#include "support/training_step.h"

#include <gtest/gtest.h>

#include "support/on_device.h"
#include "support/tensors.h"

namespace mola {
namespace {

struct Case {
  std::string type;
  double dropout;
  bool share_prefix;
  bool recomputes;
};

class TrainingStepOnDevice : public testing::TestWithParam<Case> {};

// Losses, picks and all gradients, with GQA.
TEST_P(TrainingStepOnDevice, EqualsTheHosts) {
  const auto& given = GetParam();
  auto model = small_model_of_type(given.type, torch::kDouble, given.dropout);
  model->gradient_checkpointing = given.recomputes;
  auto copy = on_device(model);
  const auto rows = rows_that_begin_alike();
  const auto expected = training_step(model, rows, given.share_prefix);
  const auto found = training_step(copy, rows, given.share_prefix);
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    EXPECT_LT(relative_error(found.at(name), tensor), 1e-6) << name;
  }
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto* type : {"mola", "lora"}) {
    all.push_back({type, 0.0, false, false});
    all.push_back({type, 0.3, false, true});
    all.push_back({type, 0.3, true, false});
  }
  for (const auto* type : {"prompt_tuning", "llama_adapter", "full"}) {
    all.push_back({type, 0.0, false, true});
    all.push_back({type, 0.0, true, false});
  }
  return all;
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  const auto& given = info.param;
  return given.type + (given.dropout > 0 ? "_dropout" : "") +
         (given.share_prefix ? "_shared" : "") + (given.recomputes ? "_recomputed" : "");
}

INSTANTIATE_TEST_SUITE_P(Cases, TrainingStepOnDevice, testing::ValuesIn(cases()), name_of);

}  // namespace
}  // namespace mola
