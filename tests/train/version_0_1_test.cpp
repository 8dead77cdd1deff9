// A run that mola 0.1 began is resumed: its config has the key `recompute`. Dropout, whose masks
// are others since 0.2, is off.
#include <gtest/gtest.h>

#include <filesystem>

#include "mola/adapters/adapters.h"
#include "mola/train/finetune.h"
#include "support/fixture.h"
#include "support/tensors.h"
#include "support/test_files.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

constexpr auto kTensors = "adapter/adapter_model.safetensors";

// `config` of the reference folder with this machine's paths.
nlohmann::json with_paths(nlohmann::json config, const std::string& run) {
  config["model"]["path"] = reference("llama/gqa");
  config["adapter"]["dropout"] = 0.0;
  config["data"]["path"] = reference("version_0_1/rows.jsonl");
  config["output"]["dir"] = run;
  return config;
}

TEST(Version01, RunIsResumed) {
  const TempFolder folder;
  const auto run = folder.path("run");
  fs::copy(reference("version_0_1/run"), run, fs::copy_options::recursive);
  fs::remove_all(run + "/adapter");  // as if it had been stopped after the checkpoint
  folder.write("run/config.json", with_paths(read_json(run + "/config.json"), run).dump());
  const auto adapter = run + "/checkpoint-2/adapter_config.json";
  auto settings = read_json(adapter);
  settings["lora_dropout"] = settings["mola"]["dropout"] = 0.0;
  folder.write("run/checkpoint-2/adapter_config.json", settings.dump());
  const auto config = with_paths(read_json(reference("version_0_1/run.json")), run);

  FinetuneOptions options;
  options.resume = true;
  const auto saved = finetune(read_run_config(folder.write("run.json", config.dump())), options);
  EXPECT_EQ(saved, run + "/adapter");
  const auto expected =
      load_safetensors(reference("version_0_1/resumed_without_dropout.safetensors"));
  for (const auto& [name, tensor] : load_safetensors(run + "/" + kTensors)) {
    EXPECT_LT(relative_error(tensor, expected.at(name)), 1e-5) << name;
  }
}

}  // namespace
}  // namespace mola
