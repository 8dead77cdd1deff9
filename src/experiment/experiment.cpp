#include "mola/experiment/experiment.h"

#include <torch/types.h>

#include <algorithm>
#include <filesystem>

#include "config/json_file.h"
#include "config/json_reader.h"
#include "experiment/gnuplot.h"
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

namespace mola {
namespace {

namespace fs = std::filesystem;

bool has_answers(const std::string& task) {
  return task != "tokens" && !find_task(task).answers.empty();
}

std::string result_path(const RunConfig& config) { return config.output.dir + "/result.json"; }

void write_result(const RunConfig& config, const RunResult& result) {
  const nlohmann::ordered_json json = {{"trainable_parameters", result.trainable_parameters},
                                       {"validation", result.validation},
                                       {"test", result.test}};
  write_file(result_path(config), json.dump(2) + "\n");
}

// Adds what an earlier call found for the run, if it is there.
bool read_result(const RunConfig& config, RunResult& result) {
  const std::string path = result_path(config);
  if (!fs::exists(path)) return false;
  const auto json = read_json_file(path);
  ConfigSource source{path, {}, {}};
  const JsonReader reader(json, source, "");
  const auto score = [&](const char* key) {
    return reader.require(key, reader.number(key, "", [](double) { return true; }));
  };
  result.trainable_parameters =
      reader.require("trainable_parameters", reader.integer("trainable_parameters", 1, INT64_MAX));
  result.validation = score("validation");
  result.test = score("test");
  return true;
}

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
    for (const auto& run : plan_.instruction) tune_on_instructions(run);
    for (const auto& run : plan_.runs) {
      log_info("run " + std::to_string(results_.size() + 1) + " of " +
               std::to_string(plan_.runs.size()) + ": " + describe(run));
      results_.push_back(result_of(run));
      write_results();
    }
  }

  std::vector<ResultCell> cells() const { return result_cells(plan_, results_); }

 private:
  static std::string describe(const ExperimentRun& run) {
    return run.task + " with " + run.adapter + ", " + std::to_string(run.config.train.epochs) +
           " epochs, seed " + std::to_string(run.config.train.seed);
  }

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
    if (read_result(config, result)) return result;
    const auto data = load_run_data(config, tokenizer(), base_->config.vocab_size);
    if (data.sequences.validation.empty()) {
      fail("data.validation: found 0, but the epochs of an experiment are chosen on held-out rows");
    }
    if (status != RunStatus::kFinished) train(config, data, status);
    evaluate_run(config, data, result);
    write_result(config, result);
    if (!plan_.keep_adapters) remove_trained(config.output.dir);
    return result;
  }

  void train(const RunConfig& config, const RunData& data, RunStatus status) {
    torch::manual_seed(config.train.seed);
    auto model = share_base(base_, resolve_adapter(config.adapter, layers()));
    start_adapter(model, config.model.path, config.adapter.init_from);
    Finetune(model, data, config).run(status);
  }

  // What the run saved, rather than what may still be in memory: both give the same, and a run that
  // was finished earlier has only the former.
  void evaluate_run(const RunConfig& config, const RunData& data, RunResult& result) {
    auto model = load_trained(config, result);
    if (result.is_loss) {
      result.validation = loss_on(model, limited(data.sequences.validation), config);
      auto test = config.data;
      test.sample.reset();
      test.limit = plan_.evaluation_limit;
      result.test = loss_on(model, load_data(test, Split::kTest, tokenizer()).sequences, config);
    } else {
      const auto& task = find_task(config.data.task);
      const auto limit = static_cast<size_t>(plan_.evaluation_limit.value_or(INT64_MAX));
      result.validation = accuracy_on(model, task, limited(data.examples.validation));
      result.test = accuracy_on(
          model, task, task.read(config.data.path, Split::kTest, config.data.on_bad_row, limit));
    }
    log_info(std::string(result.is_loss ? "loss" : "accuracy") + " on held-out rows " +
             std::to_string(result.validation) + ", on test rows " + std::to_string(result.test));
  }

  Llama load_trained(const RunConfig& config, RunResult& result) {
    const bool is_full = config.adapter.type == AdapterType::kFull;
    const std::string folder = config.output.dir + (is_full ? "/model" : "/adapter");
    if (is_full) {
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
    const auto limit = static_cast<size_t>(plan_.evaluation_limit.value_or(INT64_MAX));
    if (rows.size() > limit) rows.resize(limit);
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
  std::vector<RunResult> results_;
};

}  // namespace

std::string run_experiment(const ExperimentPlan& plan) {
  Experiment experiment(plan);
  experiment.run();
  draw(plan.output_dir + "/results.gnuplot",
       results_plot(plan, experiment.cells(), plan.output_dir + "/results.png"));
  return results_table(plan, experiment.cells());
}

}  // namespace mola
