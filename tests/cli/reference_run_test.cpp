// The reference runs through the program: an adapter to start from, token rows, and the losses that
// others computed.
#include <gtest/gtest.h>

#include "mola/io/safetensors.h"
#include "support/finetune_run.h"

namespace mola {
namespace {

using ReferenceRun = FinetuneRun;

TEST_F(ReferenceRun, FollowsTheOfficialCode) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  const auto folder = test_data("reference/official_mola");
  const auto values = read_json(folder + "/expected.json");
  const auto batches = load_safetensors(folder + "/expected.safetensors");
  std::string rows;
  for (int64_t step = 0; step < 5; ++step) {
    const auto& input_ids = batches.at("input_ids." + std::to_string(step));
    const auto& labels = batches.at("labels." + std::to_string(step));
    for (int64_t row = 0; row < input_ids.size(0); ++row) {
      const auto list = [&](const torch::Tensor& of) {
        const auto* first = of[row].data_ptr<int64_t>();
        return std::vector<int64_t>(first, first + of.size(1));
      };
      rows += nlohmann::json({{"input_ids", list(input_ids)}, {"labels", list(labels)}}).dump();
      rows += "\n";
    }
  }
  config_["model"]["path"] = folder;
  config_["adapter"] = {{"init_from", folder}};
  config_["data"] = {{"task", "tokens"},
                     {"path", folder_.write("official.jsonl", rows)},
                     {"shuffle", false},
                     {"group_by_length", false}};
  config_["train"] = {{"epochs", 1},
                      {"batch_size", 4},
                      {"schedule", "constant"},
                      {"warmup_steps", 0},
                      {"max_grad_norm", 0},
                      {"balance_coefficient", values["balance_coefficient"]}};
  const auto result = finetune();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto steps = metrics();
  ASSERT_EQ(steps.size(), 5u);
  for (size_t s = 0; s < 5; ++s) {
    const auto& expected = values["trajectory"][s];
    const double loss = steps[s]["loss"];
    const double balance = steps[s]["balance_loss"];
    EXPECT_NEAR(loss, expected["ce"].get<double>(), 1e-5) << s;
    EXPECT_NEAR(loss + values["balance_coefficient"].get<double>() * balance,
                expected["total"].get<double>(), 1e-5)
        << s;
  }
}

TEST_F(ReferenceRun, FollowsOurOwnScript) {
  const auto values = read_json(reference("mola/expected.json"));
  config_["model"]["path"] = reference("mola");
  config_["adapter"] = {{"init_from", reference("mola")}};
  config_["data"] = {{"task", "tokens"},
                     {"path", reference("mola/tokens.jsonl")},
                     {"shuffle", false},
                     {"group_by_length", false}};
  config_["train"] = values["train"];
  const auto result = finetune();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto steps = metrics();
  ASSERT_EQ(steps.size(), 6u);
  for (size_t s = 0; s < 6; ++s) {
    for (const auto* key : {"loss", "balance_loss", "grad_norm", "learning_rate"}) {
      EXPECT_NEAR(steps[s][key].get<double>(), values["trajectory"][s][key].get<double>(), 1e-5)
          << key << " of step " << s;
    }
  }
}

}  // namespace
}  // namespace mola
