// analyze, allocate and prune on an adapter that finetune has trained for a few steps.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "mola/analysis/prune.h"
#include "mola/io/adapter.h"
#include "support/finetune_run.h"
#include "support/tensors.h"
#include "support/text_model.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

class Analyze : public FinetuneRun {
 protected:
  // Rows of CoLA on a random model; two layers with three and five experts.
  Analyze() {
    write_text_model(folder_);
    std::string rows;
    for (int i = 0; i < 12; ++i) {
      rows += i % 2 == 0 ? "x\t1\t\tone is good\n" : "x\t0\t*\tgood one is\n";
    }
    folder_.write("cola/train.tsv", rows);
    folder_.write("cola/dev.tsv", rows.substr(0, rows.size() / 2));
    config_["model"]["path"] = folder_.path();
    config_["adapter"]["allocation"] = "35";
    config_["data"] = {{"task", "cola"}, {"path", folder_.path("cola")}, {"max_length", 400}};
    config_["train"]["learning_rate"] = 0.01;
  }

  std::vector<std::string> with_adapter(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {
        "--model", folder_.path(), "--adapter", output() + "/adapter", "--dtype", "f32"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  std::vector<std::string> on_rows(std::vector<std::string> more) const {
    more.insert(more.end(),
                {"--task", "cola", "--data", folder_.path("cola"), "--max-length", "400"});
    return with_adapter(more);
  }

  std::vector<int64_t> allocation() const {
    return nlohmann::json::parse(folder_.read("allocation.json")).get<std::vector<int64_t>>();
  }

  // Makes the experts of layer 0 of the saved adapter the same.
  void make_alike() const {
    auto model = load_pretrained(folder_.path(), output() + "/adapter");
    {
      torch::NoGradGuard no_grad;
      for (const auto& place : model->projections()) {
        if (place.layer > 0) continue;
        const auto& experts = place.mixture()->experts;
        for (const auto& expert : experts) {
          expert->lora_A.copy_(experts[0]->lora_A);
          expert->lora_B.copy_(experts[0]->lora_B);
        }
      }
    }
    save_adapter(model, output() + "/adapter");
  }

  torch::Tensor logits(const std::string& adapter) const {
    torch::NoGradGuard no_grad;
    auto model = load_pretrained(folder_.path(), adapter);
    return model->logits(model->forward(torch::tensor({{1, 5, 40, 3, 263}})));
  }
};

TEST_F(Analyze, WritesAReportWithItsNumbers) {
  ASSERT_EQ(finetune().exit_code, 0);
  const auto result = run("analyze", on_rows({"--output", folder_.path("report")}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find(folder_.path("report/report.html")), std::string::npos) << result.out;
  const auto numbers = nlohmann::json::parse(folder_.read("report/measurements.json"));
  EXPECT_EQ(numbers["num_layers"], 2);
  EXPECT_EQ(numbers["redundancy"]["projections"].size(), 14);
  EXPECT_GT(numbers["redundancy"]["overall"]["product"], 0);
  ASSERT_EQ(numbers["routing"].size(), 14);
  for (const auto& routing : numbers["routing"]) {
    const auto picks = routing["picks"].get<std::vector<int64_t>>();
    EXPECT_EQ(picks.size(), routing["layer"] == 0 ? 3 : 5);
    EXPECT_EQ(std::accumulate(picks.begin(), picks.end(), int64_t{0}),
              2 * routing["tokens"].get<int64_t>());
  }
  EXPECT_EQ(numbers["grouped_by"], "answer");
  int64_t tokens = 0;
  for (const auto* answer : {"acceptable", "unacceptable"}) {
    tokens += numbers["groups"][answer][0]["tokens"].get<int64_t>();
  }
  EXPECT_EQ(numbers["routing"][0]["tokens"], tokens);
  // A line for each projection, expert and pair, and the names of the columns.
  const auto lines = [&](const std::string& file) {
    const auto text = folder_.read("report/" + file);
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_EQ(lines("redundancy.csv"), 1 + 14);
  EXPECT_EQ(lines("routers.csv"), 1 + 14);
  EXPECT_EQ(lines("experts.csv"), 1 + 7 * (3 + 5));
  EXPECT_EQ(lines("groups.csv"), 1 + 2 * 7 * (3 + 5));
  EXPECT_EQ(lines("co_selection.csv"), 1 + 7 * (3 + 10));
  const auto page = folder_.read("report/report.html");
  EXPECT_NE(page.find("unacceptable"), std::string::npos);
  EXPECT_EQ(page.find("http"), std::string::npos);  // nothing is fetched
}

TEST_F(Analyze, NeedsNoRows) {
  ASSERT_EQ(finetune().exit_code, 0);
  const auto result = run("analyze", with_adapter({"--output", folder_.path("report")}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_FALSE(fs::exists(folder_.path("report/experts.csv")));
  EXPECT_TRUE(fs::exists(folder_.path("report/redundancy.csv")));
}

TEST_F(Analyze, RefusesWhatHasNoExperts) {
  config_["adapter"] = {{"type", "lora"}};
  ASSERT_EQ(finetune().exit_code, 0);
  expect_error(run("analyze", with_adapter({"--output", folder_.path("report")})),
               {"no projection with two experts or more"});
  EXPECT_FALSE(fs::exists(folder_.path("report")));
  expect_error(run("analyze", with_adapter({"--output", folder_.path("x"), "--task", "cola"})),
               {"--task requires --data"});
  for (const std::string option : {"--split", "--topic", "--limit", "--max-length"}) {
    const std::string value = option == "--split" ? "train" : "4";
    expect_error(run("analyze", with_adapter({"--output", folder_.path("x"), option, value})),
                 {option + ": has no effect without --task"});
  }
  expect_error(run("analyze", with_adapter({"--output", folder_.path("x"), "--skip-bad-rows"})),
               {"--skip-bad-rows: has no effect without --task"});
  expect_error(run("analyze", with_adapter({"--output", folder_.path("x"), "--task", "texd",
                                            "--data", folder_.path("cola")})),
               {"--task: found 'texd'"});
}

TEST_F(Analyze, AllocateMeetsItsBudget) {
  const std::vector<std::string> to_file = {"--output", folder_.path("allocation.json")};
  const auto allocate = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), to_file.begin(), to_file.end());
    return run("allocate", arguments);
  };
  ASSERT_EQ(allocate({"--model", folder_.path(), "--method", "quality", "--budget", "9"}).exit_code,
            0);
  EXPECT_EQ(allocation()[0] + allocation()[1], 9);

  config_["adapter"]["allocation"] = "44";
  ASSERT_EQ(finetune().exit_code, 0);
  make_alike();
  const auto redundancy = allocate(with_adapter({"--method", "redundancy", "--budget", "7"}));
  ASSERT_EQ(redundancy.exit_code, 0) << redundancy.err;
  EXPECT_EQ(allocation(), (std::vector<int64_t>{1, 6}));
  const auto load = allocate(on_rows({"--method", "load", "--budget", "5", "--min", "2"}));
  ASSERT_EQ(load.exit_code, 0) << load.err;
  EXPECT_EQ(allocation()[0] + allocation()[1], 5);

  // The file is an allocation that a config names.
  config_["adapter"]["allocation"] = folder_.path("allocation.json");
  EXPECT_EQ(run("parameters", arguments()).exit_code, 0);

  expect_error(run("allocate", with_adapter({"--method", "redundancy", "--budget", "7", "--output",
                                             folder_.path("allocation.txt")})),
               {"allocation.txt, expected a name that ends in .json"});
  expect_error(allocate({"--model", folder_.path(), "--adapter", output() + "/adapter", "--method",
                         "quality", "--budget", "7"}),
               {"--method quality: uses the base model alone"});
  expect_error(allocate(on_rows({"--method", "redundancy", "--budget", "7"})),
               {"--method redundancy: uses no rows"});
  expect_error(allocate({"--model", folder_.path(), "--method", "load", "--budget", "5"}),
               {"--method load: needs --task and --data"});
  expect_error(allocate(with_adapter({"--method", "quality", "--budget", "7"})),
               {"--dtype: has no effect with --method quality"});
  expect_error(allocate(with_adapter({"--method", "load", "--budget", "7", "--power", "2"})),
               {"--power: has no effect with --method load"});
  expect_error(allocate({"--model", folder_.path(), "--method", "quality", "--budget", "99"}),
               {"found a budget of 99 experts, expected 2 to 32"});
}

TEST_F(Analyze, PruneKeepsExpertsThatAreTrainedOn) {
  ASSERT_EQ(finetune().exit_code, 0);
  const auto whole =
      run("prune", with_adapter({"--allocation", "35", "--output", folder_.path("whole")}));
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  expect_same(logits(folder_.path("whole")), logits(output() + "/adapter"));

  const auto pruned =
      run("prune",
          on_rows({"--method", "load", "--allocation", "13", "--output", folder_.path("pruned")}));
  ASSERT_EQ(pruned.exit_code, 0) << pruned.err;
  ASSERT_EQ(run("analyze", on_rows({"--output", folder_.path("report")})).exit_code, 0);
  const auto measured = nlohmann::json::parse(folder_.read("report/measurements.json"));
  const auto before = load_safetensors(output() + "/adapter/adapter_model.safetensors");
  const auto after = load_safetensors(folder_.path("pruned/adapter_model.safetensors"));
  for (const auto& routing : measured["routing"]) {
    if (routing["layer"] != 1 || routing["projection"] != "q_proj") continue;
    const auto kept = most_used(routing["picks"].get<std::vector<int64_t>>(), 3);
    const std::string prefix = "base_model.model.model.layers.1.self_attn.q_proj.lora_A_";
    for (size_t e = 0; e < kept.size(); ++e) {
      expect_same(after.at(prefix + std::to_string(e) + ".weight"),
                  before.at(prefix + std::to_string(kept[e]) + ".weight"));
    }
  }
  config_["adapter"] = {{"init_from", folder_.path("pruned")}};
  EXPECT_EQ(finetune({"output.dir=" + folder_.path("further")}).exit_code, 0);

  expect_error(run("prune", with_adapter({"--allocation", "13", "--split", "train", "--output",
                                          folder_.path("more")})),
               {"--split: has no effect without --task"});
  // Before the weights are read.
  fs::remove(folder_.path("model.safetensors"));
  expect_error(run("prune", with_adapter({"--allocation", "36", "--output", folder_.path("more")})),
               {"found 6 experts", "expected at most the 5"});
  EXPECT_FALSE(fs::exists(folder_.path("more")));
}

}  // namespace
}  // namespace mola
