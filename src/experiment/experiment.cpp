#include "mola/experiment/experiment.h"

#include <torch/types.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "config/json_file.h"
#include "config/json_reader.h"
#include "io/trained_files.h"
#include "mola/config/doubts.h"
#include "mola/data/run_data.h"
#include "mola/error.h"
#include "mola/eval/evaluation.h"
#include "mola/experiment/results.h"
#include "mola/io/adapter.h"
#include "mola/io/output_file.h"
#include "mola/io/pretrained.h"
#include "mola/io/run_folder.h"
#include "mola/log.h"
#include "mola/model/builders.h"
#include "mola/model/device.h"
#include "mola/model/parameter_count.h"
#include "mola/train/finetune.h"
#include "mola/train/validation.h"
#include "report/gnuplot.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

bool has_answers(const std::string& task) {
  return task != "tokens" && !find_task(task).answers.empty();
}

std::string result_path(const RunConfig& config) { return config.output.dir + "/result.json"; }

// What the scores of a run depend on beside its own config.
nlohmann::ordered_json evaluation_settings(const ExperimentPlan& plan) {
  const auto& options = plan.evaluation;
  nlohmann::ordered_json json = {
      {"protocol", options.protocol == Protocol::kScore ? "score" : "generate"},
      {"max_new_tokens", options.max_new_tokens},
      {"normalize", options.normalize},
      {"limit", nullptr}};
  if (plan.evaluation.limit) json["limit"] = *plan.evaluation.limit;
  return json;
}

void write_result(const ExperimentPlan& plan, const RunConfig& config, const RunResult& result) {
  const nlohmann::ordered_json json = {{"evaluation", evaluation_settings(plan)},
                                       {"trainable_parameters", result.trainable_parameters},
                                       {"validation", result.validation},
                                       {"test", result.test}};
  write_file(result_path(config), json.dump(2) + "\n");
}

// Adds what an earlier call found for the run; false if there is nothing, or the run was evaluated
// otherwise.
bool read_result(const ExperimentPlan& plan, const RunConfig& config, RunResult& result) {
  const std::string path = result_path(config);
  if (!fs::exists(path)) return false;
  const auto json = read_json_file(path);
  ConfigSource source{path, {}, {}};
  const JsonReader reader(json, source, "");
  if (reader.any("evaluation") != nlohmann::json(evaluation_settings(plan))) {
    log_info(path + ": was evaluated otherwise; once more");
    return false;
  }
  const auto score = [&](const char* key) {
    return reader.require(key, reader.number(key, "", [](double) { return true; }));
  };
  result.trainable_parameters =
      reader.require("trainable_parameters", reader.integer("trainable_parameters", 1, INT64_MAX));
  result.validation = score("validation");
  result.test = score("test");
  return true;
}

// The test rows of a task: as text, or as tokens where it has no answers.
struct TestRows {
  std::vector<Example> examples;
  std::vector<Sequence> sequences;
};

class Experiment {
 public:
  explicit Experiment(const ExperimentPlan& plan) : plan_(plan) {
    device_ = choose_device(plan.model.device);
    base_ = load_pretrained(plan.model.path, "", choose_dtype(plan.model.dtype, device_), device_);
    const bool has_text = std::any_of(plan.runs.begin(), plan.runs.end(), [](const auto& run) {
      return run.config.data.task != "tokens";
    });
    if (has_text || !plan.instruction.empty()) tokenizer_.emplace(plan.model.path);
  }

  void run() {
    read_all_data();
    for (const auto& run : plan_.instruction) tune_on_instructions(run);
    for (size_t i = 0; i < plan_.runs.size(); ++i) {
      const auto& run = plan_.runs[i];
      log_info("run " + std::to_string(i + 1) + " of " + std::to_string(plan_.runs.size()) + ": " +
               describe(run));
      try {
        results_.push_back(result_of(run));
      } catch (const Error& error) {  // such as a loss that is no longer finite
        failures_.push_back(describe(run) + ": " + error.what());
        log_error(failures_.back());
      }
      write_results();
    }
  }

  const std::vector<std::string>& failures() const { return failures_; }

  std::vector<ResultCell> cells() const { return result_cells(plan_, results_); }

 private:
  static std::string describe(const ExperimentRun& run) {
    return run.task + " with " + run.adapter + ", " + std::to_string(run.config.train.epochs) +
           " epochs, seed " + std::to_string(run.config.train.seed);
  }

  // What cannot be read is told before the first run rather than after days.
  void read_all_data() {
    for (const auto& run : plan_.runs) {
      if (test_.count(run.task) > 0) continue;
      find_run(run.config);
      load_run_data(run.config, tokenizer(), base_->config.vocab_size);
      test_[run.task] = read_test_rows(run.config);
    }
  }

  TestRows read_test_rows(const RunConfig& config) const {
    TestRows rows;
    auto data = config.data;
    data.sample.reset();
    data.limit = plan_.evaluation.limit;
    if (has_answers(data.task)) {
      ReadOptions options;
      options.on_bad_row = data.on_bad_row;
      options.topic = data.topic.value_or("");
      options.limit = limit();
      rows.examples = find_task(data.task).read(data.path, Split::kTest, options);
    } else {
      rows.sequences = load_data(data, Split::kTest, tokenizer()).sequences;
      check_vocabulary(rows.sequences, base_->config.vocab_size, data.path);
    }
    if (rows.examples.empty() && rows.sequences.empty()) {
      fail("data.path: ", data.path, " has no test rows");
    }
    return rows;
  }

  size_t limit() const { return static_cast<size_t>(plan_.evaluation.limit.value_or(INT64_MAX)); }

  const Tokenizer* tokenizer() const { return tokenizer_ ? &*tokenizer_ : nullptr; }

  void tune_on_instructions(const ExperimentRun& run) {
    const auto status = find_run(run.config);
    if (status == RunStatus::kFinished) return;
    log_info("instruction tuning: " + describe(run));
    train(run.config, load_run_data(run.config, tokenizer(), base_->config.vocab_size), status);
  }

  RunResult result_of(const ExperimentRun& run) {
    const auto& config = run.config;
    RunResult result = {run.task,
                        run.adapter,
                        config.train.epochs,
                        config.train.seed,
                        0,
                        !has_answers(config.data.task),
                        0,
                        0};
    const auto status = find_run(config);
    if (!read_result(plan_, config, result)) {
      const auto data = load_run_data(config, tokenizer(), base_->config.vocab_size);
      if (status != RunStatus::kFinished) train(config, data, status);
      evaluate_run(run, data, result);
      write_result(plan_, config, result);
    }
    if (!plan_.keep_adapters) remove_trained(config.output.dir);
    return result;
  }

  void train(const RunConfig& config, const RunData& data, RunStatus status) {
    torch::manual_seed(config.train.seed);
    auto model = share_base(base_, resolve_adapter(config.adapter, layers()));
    start_adapter(model, config.model.path, config.adapter.init_from);
    Finetune finetune(model, data, config);
    for (const auto& doubt : doubts_about(config.train, model->adapter, finetune.total_steps())) {
      if (doubts_.insert(doubt).second) log_warning(doubt);
    }
    finetune.run(status);
  }

  // What the run saved, rather than what may still be in memory: both give the same, and a run that
  // was finished earlier has only the former.
  void evaluate_run(const ExperimentRun& run, const RunData& data, RunResult& result) {
    auto model = load_trained(run.config, result);
    const auto& test = test_.at(run.task);
    if (result.is_loss) {
      result.validation = loss_on(model, limited(data.sequences.validation), run.config);
      result.test = loss_on(model, test.sequences, run.config);
    } else {
      const auto task = find_task(run.config.data.task);
      result.validation = accuracy_on(model, task, limited(data.examples.validation));
      result.test = accuracy_on(model, task, test.examples);
    }
    log_info(std::string(result.is_loss ? "loss" : "accuracy") + " on held-out rows " +
             std::to_string(result.validation) + ", on test rows " + std::to_string(result.test));
  }

  Llama load_trained(const RunConfig& config, RunResult& result) {
    const auto type = config.adapter.type.value_or(AdapterType::kMola);
    const std::string folder = config.output.dir + "/" + trained_name(type);
    if (type == AdapterType::kFull) {
      auto model = load_pretrained(folder, "", base_->embed_tokens.scalar_type(), device_);
      result.trainable_parameters = count_parameters(model).total;
      return model;
    }
    auto model = share_base(base_, read_adapter_config(folder, layers()));
    load_adapter(model, folder);
    result.trainable_parameters = count_parameters(model).trainable;
    model->eval();
    model->freeze_adapter();
    return model;
  }

  template <class Row>
  std::vector<Row> limited(std::vector<Row> rows) const {
    if (rows.size() > limit()) rows.resize(limit());
    return rows;
  }

  static double loss_on(const Llama& model, const std::vector<Sequence>& sequences,
                        const RunConfig& config) {
    auto options = loader_options(config);
    options.shuffle = false;
    return validation_loss(model, Loader(sequences, options));
  }

  double accuracy_on(Llama& model, const Task& task, const std::vector<Example>& examples) const {
    std::vector<Outcome> outcomes;
    for (const auto& row : evaluate(model, *tokenizer_, task, examples, plan_.evaluation)) {
      outcomes.push_back(row.outcome);
    }
    return accuracy(outcomes).value;
  }

  void write_results() const {
    write_file(plan_.output_dir + "/results.json", results_json(cells(), results_));
    write_file(plan_.output_dir + "/results.md", results_table(plan_, cells()));
  }

  int64_t layers() const { return base_->config.num_hidden_layers; }

  const ExperimentPlan& plan_;
  torch::Device device_ = torch::kCPU;
  Llama base_{nullptr};
  std::optional<Tokenizer> tokenizer_;
  std::map<std::string, TestRows> test_;  // by the names of the tasks
  std::vector<RunResult> results_;
  std::vector<std::string> failures_;
  std::set<std::string> doubts_;  // that were told
};

}  // namespace

std::string run_experiment(const ExperimentPlan& plan) {
  Experiment experiment(plan);
  experiment.run();
  draw(plan.output_dir + "/results.gnuplot",
       results_plot(plan, experiment.cells(), plan.output_dir + "/results.png"));
  const auto& failures = experiment.failures();
  if (!failures.empty()) {
    fail(failures.size(), " of ", plan.runs.size(), " runs failed, the first of them ",
         failures[0]);
  }
  return results_table(plan, experiment.cells());
}

}  // namespace mola
