// The whole model with its adapter against the official code's numbers, and against those of our
// own float64 script, which has padding, unlabelled tokens, and experts, ranks and top_k that
// differ.
#include <gtest/gtest.h>

#include "mola/train/flat_parameters.h"
#include "mola/train/optimizer.h"
#include "support/fixture.h"
#include "support/tensors.h"
#include "support/test_files.h"

namespace mola {
namespace {

constexpr double kTolerance = 1e-5;

void expect_gradients_as(Llama& model, const TensorMap& expected, const std::string& prefix) {
  for (const auto& [name, tensor] : adapter_tensors(model)) {
    const auto zero = torch::zeros_like(tensor);
    EXPECT_LT(
        relative_error(tensor.grad().defined() ? tensor.grad() : zero, expected.at(prefix + name)),
        kTolerance)
        << name;
  }
}

TEST(OfficialReference, LogitsAndEveryGradientAgree) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  const auto folder = test_data("reference/official_mola");
  const auto values = read_json(folder + "/expected.json");
  const auto expected = load_safetensors(folder + "/expected.safetensors");
  auto model = load_pretrained(folder, folder);
  const auto pass = run_forward(model, expected.at("input_ids.0"), expected.at("attention_mask.0"),
                                expected.at("labels.0"));
  EXPECT_LT(relative_error(pass.logits, expected.at("logits")), kTolerance);
  (pass.lm_loss + values["balance_coefficient"].get<double>() * pass.balance_loss).backward();
  expect_gradients_as(model, expected, "grad.");
}

TEST(OfficialReference, FiveStepsOfAdamWAgree) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  const auto folder = test_data("reference/official_mola");
  const auto values = read_json(folder + "/expected.json");
  const auto batches = load_safetensors(folder + "/expected.safetensors");
  auto model = load_pretrained(folder, folder);
  FlatParameters parameters(*model);
  AdamW optimizer(parameters, TrainConfig{});
  const double coefficient = values["balance_coefficient"];
  for (size_t s = 0; s < 5; ++s) {
    const std::string step = "." + std::to_string(s);
    const auto pass = run_forward(model, batches.at("input_ids" + step),
                                  batches.at("attention_mask" + step), batches.at("labels" + step));
    const auto total = pass.lm_loss + coefficient * pass.balance_loss;
    const auto& expected = values["trajectory"][s];
    EXPECT_NEAR(pass.lm_loss.item<double>(), expected["ce"].get<double>(), kTolerance) << s;
    EXPECT_NEAR(total.item<double>(), expected["total"].get<double>(), kTolerance) << s;
    parameters.zero_gradients();
    total.backward();
    optimizer.step(3e-4);
  }
}

class OwnReference : public testing::TestWithParam<const char*> {};

TEST_P(OwnReference, LogitsLossesAndEveryGradientAgree) {
  const std::string side = GetParam();
  const auto folder = reference("mola");
  const auto values = read_json(folder + "/expected.json");
  const auto expected = load_safetensors(folder + "/expected.safetensors");
  auto model = load_pretrained(folder, folder);
  const auto& mask = expected.at("attention_mask." + side);
  const auto pass =
      run_forward(model, expected.at("input_ids." + side), mask, expected.at("labels." + side));
  const auto is_token = mask.to(torch::kBool);
  EXPECT_LT(relative_error(pass.logits.index({is_token}),
                           expected.at("logits." + side).index({is_token})),
            kTolerance);
  EXPECT_NEAR(pass.lm_loss.item<double>(), values[side]["lm_loss"].get<double>(), kTolerance);
  EXPECT_NEAR(pass.balance_loss.item<double>(), values[side]["balance_loss"].get<double>(),
              kTolerance);
  (pass.lm_loss + values["balance_coefficient"].get<double>() * pass.balance_loss).backward();
  expect_gradients_as(model, expected, "grad." + side + ".");
}

INSTANTIATE_TEST_SUITE_P(Sides, OwnReference, testing::Values("left", "right"));

}  // namespace
}  // namespace mola
