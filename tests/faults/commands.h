#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/finetune_run.h"
#include "support/text_model.h"

namespace mola {

/// A command that writes a folder, and how it continues after an interruption.
struct FolderCommand {
  std::string name;                    ///< of the test
  std::vector<std::string> arguments;  ///< the command first
  bool resumes;                        ///< with --resume; otherwise it is run again
  bool reports_runs;                   ///< a run that fails has an error line of its own
};

/// A workplace with a tiny model, rows, configs and adapters. The commands write to `output()`.
class Workplace {
 public:
  Workplace() {
    write_text_model(folder_);
    folder_.write("cola/train.tsv", cola_rows(8));
    folder_.write("cola/dev.tsv", cola_rows(3));
    folder_.write("rows.jsonl", token_rows(8));
    folder_.write("text.jsonl", documents());
    folder_.write("notes/keep.txt", "of someone else");
    write_configs();
  }

  const TempFolder& folder() const { return folder_; }
  std::string path(const std::string& name = "") const { return folder_.path(name); }
  std::string output() const { return folder_.path("out/run"); }
  std::string json() const { return folder_.path("out/result.json"); }

  /// With adapters at `adapter` (prune, analyze) and `lora` (merge), which finetune makes first.
  std::vector<FolderCommand> commands() const {
    const auto at = [&](const std::string& name) { return folder_.path(name); };
    const std::vector<std::string> model = {"--model", path(), "--dtype", "f32"};
    const auto with_model = [&](const std::string& command, std::vector<std::string> more) {
      more.insert(more.begin(), model.begin(), model.end());
      more.insert(more.begin(), command);
      more.insert(more.end(), {"--output", output()});
      return more;
    };
    return {
        {"finetune", {"finetune", at("finetune.json")}, true, false},
        {"pretrain", {"pretrain", at("pretrain.json")}, true, false},
        {"experiment", {"experiment", at("experiment.json")}, true, true},
        {"continual", {"continual", at("continual.json")}, true, true},
        {"merge",
         {"merge", "--model", path(), "--adapter", at("lora/adapter"), "--output", output()},
         false,
         false},
        {"prune", with_model("prune", {"--adapter", at("adapter/adapter"), "--allocation", "1"}),
         false, false},
        {"analyze", with_model("analyze", {"--adapter", at("adapter/adapter")}), false, false},
        {"toy_data", {"toy-data", "--output", output()}, false, false},
    };
  }

  /// That write the file `json()`; evaluate resumes.
  std::vector<std::vector<std::string>> json_commands() const {
    const std::vector<std::string> model = {"--model", path(), "--dtype", "f32", "--json", json()};
    std::vector<std::string> evaluate = {"evaluate",   "--task",     "cola", "--data",
                                         path("cola"), "--protocol", "score"};
    std::vector<std::string> generate = {"generate", "--max-new-tokens", "4"};
    for (const std::string prompt : {"it is", "is it", "one"}) {
      generate.insert(generate.end(), {"--prompt", prompt});
    }
    evaluate.insert(evaluate.end(), model.begin(), model.end());
    generate.insert(generate.end(), model.begin(), model.end());
    return {evaluate, generate};
  }

  /// The configs of the runs that make the adapters.
  std::vector<std::vector<std::string>> preparations() const {
    return {{"finetune", path("finetune.json"), "--set", "output.dir=" + path("adapter")},
            {"finetune", path("lora.json")}};
  }

 private:
  static std::string cola_rows(int64_t count) {
    std::string rows;
    for (int64_t i = 0; i < count; ++i) {
      rows += i % 2 == 0 ? "x\t0\t*\tis it " + std::to_string(i) + "\n"
                         : "x\t1\t\tit is " + std::to_string(i) + "\n";
    }
    return rows;
  }

  static std::string documents() {
    std::string lines;
    for (const std::string who : {"cat", "dog", "cow", "hen"}) {
      for (const std::string what : {"sees", "likes", "finds"}) {
        lines += nlohmann::json({{"text", "the " + who + " " + what + " a tree."}}).dump() + "\n";
      }
    }
    return lines;
  }

  void write_configs() const {
    using nlohmann::json;
    const json model = {{"path", path()}, {"dtype", "f32"}, {"device", "cpu"}};
    const json train = {{"batch_size", 4}, {"learning_rate", 1e-2}, {"warmup_steps", 1}};
    const json output = {{"dir", this->output()}, {"save_every", 2}, {"keep", 1}, {"log_every", 1}};
    const json cola = {{"task", "cola"}, {"path", path("cola")}};
    auto run = train;
    run.update({{"max_steps", 4}, {"evaluate_every", 2}});
    json finetune = {
        {"model", model},
        {"adapter", {{"allocation", "2"}, {"rank", 2}}},
        {"data", {{"task", "tokens"}, {"path", path("rows.jsonl")}, {"validation", 0.25}}},
        {"train", run},
        {"output", output}};
    folder_.write("finetune.json", finetune.dump());
    finetune["adapter"] = {{"type", "lora"}, {"rank", 2}};
    finetune["output"]["dir"] = path("lora");
    folder_.write("lora.json", finetune.dump());
    auto few = train;
    few["max_steps"] = 3;
    folder_.write("pretrain.json", json({{"model",
                                          {{"vocab_size", 290},
                                           {"hidden_size", 16},
                                           {"intermediate_size", 24},
                                           {"num_hidden_layers", 1},
                                           {"num_attention_heads", 2}}},
                                         {"data", {{"path", path("text.jsonl")}}},
                                         {"train", few},
                                         {"output", output}})
                                       .dump());
    const json lora = {{"name", "lora"}, {"adapter", {{"type", "lora"}, {"rank", 2}}}};
    const json mola = {{"name", "2"}, {"adapter", {{"allocation", "2"}, {"rank", 2}}}};
    json plan = {{"model", model},
                 {"adapters", {lora, mola}},
                 {"train", train},
                 {"evaluation", {{"protocol", "score"}, {"limit", 2}}},
                 {"output", output}};
    auto grid = plan;
    grid["tasks"] = {{{"name", "cola"}, {"data", cola}}};
    grid["epochs"] = {1};
    grid["seeds"] = {1};
    grid["data"] = {{"validation", 0.25}};
    folder_.write("experiment.json", grid.dump());
    plan["domains"] = {{{"name", "one"}, {"data", cola}}, {{"name", "two"}, {"data", cola}}};
    plan["train"]["max_steps"] = 2;
    folder_.write("continual.json", plan.dump());
  }

  TempFolder folder_;
};

}  // namespace mola
