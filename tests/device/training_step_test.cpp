#include "support/training_step.h"

#include <gtest/gtest.h>

#include "support/other_device.h"
#include "support/tensors.h"

namespace mola {
namespace {

// What the device has besides torch's operators.
struct Abilities {
  const char* name;
  FusedAttention attention;
  bool has_kernels;
};
constexpr Abilities kNothing = {"", FusedAttention::kNone, false};
constexpr Abilities kFlash = {"_flash", FusedAttention::kFlash, false};
constexpr Abilities kEfficient = {"_efficient", FusedAttention::kEfficient, false};
constexpr Abilities kKernels = {"_kernels", FusedAttention::kFlash, true};

struct Case {
  std::string type;
  double dropout;
  bool share_prefix;
  bool recomputes;
  Abilities abilities;
};

std::string name_of(const Case& given) {
  return given.type + (given.dropout > 0 ? "_dropout" : "") +
         (given.share_prefix ? "_shared" : "") + (given.recomputes ? "_recomputed" : "") +
         given.abilities.name;
}

class TrainingStepOnDevice : public testing::TestWithParam<Case> {};

// Losses, picks and all gradients, with GQA.
TEST_P(TrainingStepOnDevice, EqualsTheHosts) {
  const auto& given = GetParam();
  auto model = small_model_of_type(given.type, torch::kDouble, given.dropout);
  model->gradient_checkpointing = given.recomputes;
  const DeviceAbilities pretend(given.abilities.attention, given.abilities.has_kernels);
  auto copy = on_other_device(model);
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
  for (const auto& abilities : {kNothing, kFlash, kEfficient, kKernels}) {
    for (const auto* type : {"mola", "lora"}) {
      all.push_back({type, 0.0, false, false, abilities});
      all.push_back({type, 0.3, false, true, abilities});
      all.push_back({type, 0.3, true, false, abilities});
    }
    for (const auto* type : {"prompt_tuning", "llama_adapter", "full"}) {
      all.push_back({type, 0.0, false, true, abilities});
      all.push_back({type, 0.0, true, false, abilities});
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Cases, TrainingStepOnDevice, testing::ValuesIn(cases()),
                         [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace mola
