#include <gtest/gtest.h>

#include "support/fixture.h"
#include "support/tensors.h"

namespace mola {
namespace {

// Against PEFT, with what tests/reference/make_peft.py made: a folder and its base model.
class PeftReference : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(PeftReference, GivesTheLogitsOfPeft) {
  torch::NoGradGuard no_grad;
  const auto [name, base] = GetParam();
  const auto folder = reference(name);
  const auto given = load_safetensors(folder + "/expected.safetensors");
  auto model = load_pretrained(reference(base), folder);
  const auto logits = model->logits(model->forward(given.at("input_ids")));
  EXPECT_LT(relative_error(logits, given.at("logits")), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Adapters, PeftReference,
                         testing::Values(std::pair("lora", "llama/gqa"),
                                         std::pair("prompt_tuning", "llama/gqa"),
                                         std::pair("llama_adapter", "llama/tied")),
                         [](const auto& instance) {
                           return "Of_" + std::string(instance.param.first);
                         });

}  // namespace
}  // namespace mola
