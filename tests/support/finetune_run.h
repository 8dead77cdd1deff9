#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/fixture.h"
#include "support/process.h"
#include "support/token_rows.h"

namespace mola {

/// Runs of `finetune` on a dozen rows of tokens, with the model of reference/llama/gqa: two layers,
/// 64 tokens.
class FinetuneRun : public testing::Test {
 protected:
  FinetuneRun() {
    config_["data"]["path"] = folder_.write("rows.jsonl", token_rows(12));
    config_["output"]["dir"] = output();
  }

  std::string output() const { return folder_.path("run"); }

  ProcessResult finetune(const std::vector<std::string>& overrides = {}) {
    return run("finetune", arguments(overrides));
  }

  /// The arguments of finetune: the config as a file, and what is put over it.
  std::vector<std::string> arguments(const std::vector<std::string>& overrides = {}) {
    std::vector<std::string> arguments = {folder_.write("run.json", config_.dump())};
    for (const auto& text : overrides) {
      arguments.push_back("--set");
      arguments.push_back(text);
    }
    return arguments;
  }

  /// The objects of metrics.jsonl in the run's folder.
  std::vector<nlohmann::json> metrics(const std::string& run = "run") const {
    std::vector<nlohmann::json> steps;
    std::istringstream lines(folder_.read(run + "/metrics.jsonl"));
    for (std::string line; std::getline(lines, line);) {
      steps.push_back(nlohmann::json::parse(line));
    }
    return steps;
  }

  TempFolder folder_;
  nlohmann::json config_ = {
      {"model", {{"path", reference("llama/gqa")}, {"dtype", "f32"}, {"device", "cpu"}}},
      {"adapter", {{"allocation", "24"}, {"rank", 4}, {"dropout", 0.1}}},
      {"data", {{"task", "tokens"}}},
      {"train",
       {{"max_steps", 4}, {"batch_size", 4}, {"micro_batch_size", 2}, {"warmup_steps", 1}}},
      {"output", {{"log_every", 1}}}};
};

}  // namespace mola
