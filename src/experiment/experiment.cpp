#include "mola/experiment/experiment.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>

#include "base/output_file.h"
#include "base/stop_signal.h"
#include "experiment/plan_folder.h"
#include "experiment/results.h"
#include "experiment/run_result.h"
#include "experiment/runner.h"
#include "io/run_folder.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "report/gnuplot.h"
#include "train/run_identity.h"

namespace mola {
namespace {

bool has_text(const ExperimentPlan& plan) {
  return !plan.instruction.empty() ||
         std::any_of(plan.runs.begin(), plan.runs.end(),
                     [](const auto& run) { return run.config.data.task != "tokens"; });
}

std::vector<RunConfig> configs_of(const ExperimentPlan& plan) {
  std::vector<RunConfig> configs;
  for (const auto* runs : {&plan.instruction, &plan.runs}) {
    for (const auto& run : *runs) configs.push_back(run.config);
  }
  return configs;
}

// Adds what an earlier call found for the run; false if there is nothing.
bool add_scores(const RunConfig& config, const nlohmann::ordered_json& settings,
                RunResult& result) {
  const auto json = read_result(config, settings);
  if (!json) return false;
  ConfigSource source{result_path(config), {}, {}};
  const JsonReader reader(*json, source, "");
  result.trainable_parameters = read_trainable_parameters(reader);
  result.validation = read_score(reader, "validation");
  result.test = read_score(reader, "test");
  return true;
}

class Experiment {
 public:
  Experiment(const ExperimentPlan& plan, const PlanFolder& folder)
      : plan_(plan), folder_(folder), runner_(plan.model, plan.evaluation, has_text(plan)) {}

  void run() {
    folder_.begin(read_all_data());
    for (const auto& run : plan_.instruction) {
      attempt(run, [&] { tune_on_instructions(run); });
    }
    for (size_t i = 0; i < plan_.runs.size(); ++i) {
      const auto& run = plan_.runs[i];
      log_info("run " + std::to_string(i + 1) + " of " + std::to_string(plan_.runs.size()) + ": " +
               describe(run));
      attempt(run, [&] { results_.push_back(result_of(run)); });
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

  // A run that fails, such as by a loss that is no longer finite or for want of memory, does not
  // end the others.
  void attempt(const ExperimentRun& run, const std::function<void()>& work) {
    try {
      work();
    } catch (const Stopped&) {
      throw;
    } catch (const std::exception& error) {
      failures_.push_back(describe(run) + ": " + message_of(error));
      log_error(failures_.back());
    }
  }

  // What cannot be read is reported before the first run rather than after days.
  PlanIdentity read_all_data() {
    check_runs(folder_.runs(), runner_.layers());
    PlanIdentity identity = {plan_.model.path, known_base_model(plan_.model.path), {}};
    const auto read = [&](const std::string& name, const RunConfig& config) {
      const auto rows = rows_fingerprint(runner_.read_data(config));
      identity.rows.push_back({name, config.data.path, rows});
    };
    if (!plan_.instruction.empty()) read("the instruction tuning", plan_.instruction[0].config);
    for (const auto& run : plan_.runs) {
      if (test_.count(run.task) > 0) continue;
      read_for("task " + run.task, [&] {
        read(run.task, run.config);
        test_[run.task] = runner_.read_test_rows(run.config);
      });
    }
    return identity;
  }

  nlohmann::ordered_json settings_of(const ExperimentRun& run) const {
    return evaluation_settings(plan_.evaluation, rows_fingerprint(run.config, test_.at(run.task)));
  }

  void tune_on_instructions(const ExperimentRun& run) {
    const auto status = find_run(run.config);
    if (status == RunStatus::kFinished) return;
    log_info("instruction tuning: " + describe(run));
    runner_.train(run.config, runner_.read_data(run.config), status);
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
    if (!add_scores(config, settings_of(run), result)) {
      if (status == RunStatus::kStopped && std::filesystem::exists(result_path(config))) {
        fail("output.dir ", config.output.dir, ": was evaluated with other settings, and its ",
             "adapter was then removed; evaluate with the same settings, or choose another ",
             "output.dir");
      }
      const auto data = runner_.read_data(config);
      if (status != RunStatus::kFinished) runner_.train(config, data, status);
      evaluate_run(run, data, result);
    }
    if (!plan_.keep_adapters) remove_trained(config.output.dir);
    return result;
  }

  void evaluate_run(const ExperimentRun& run, const RunData& data, RunResult& result) {
    const auto& config = run.config;
    auto [model, trainable_parameters] = runner_.load_trained(config);
    result.trainable_parameters = trainable_parameters;
    result.validation = runner_.score(model, config, runner_.held_out_rows(config, data));
    result.test = runner_.score(model, config, test_.at(run.task));
    log_info(std::string(result.is_loss ? "loss" : "accuracy") + " on held-out rows " +
             std::to_string(result.validation) + ", on test rows " + std::to_string(result.test));
    write_result(config, settings_of(run),
                 {{"trainable_parameters", result.trainable_parameters},
                  {"validation", result.validation},
                  {"test", result.test}});
  }

  void write_results() const {
    write_file(plan_.output_dir + "/results.json", results_json(cells(), results_));
    write_file(plan_.output_dir + "/results.md", results_table(plan_, cells()));
  }

  const ExperimentPlan& plan_;
  const PlanFolder& folder_;
  Runner runner_;
  std::map<std::string, EvaluationRows> test_;  // by the names of the tasks
  std::vector<RunResult> results_;
  std::vector<std::string> failures_;
};

}  // namespace

std::string run_experiment(const ExperimentPlan& plan) {
  const PlanFolder folder(plan.output_dir, "experiment", configs_of(plan));
  Experiment experiment(plan, folder);
  experiment.run();
  if (experiment.cells().empty())
    fail("all runs failed, the first of them ", experiment.failures()[0]);
  draw(plan.output_dir + "/results.gnuplot", results_plot(plan, experiment.cells(), "results.png"),
       "results.png");
  const auto& failures = experiment.failures();
  if (!failures.empty()) {
    fail(failures.size(), " of ", plan.runs.size(), " runs failed, the first of them ",
         failures[0]);
  }
  return results_table(plan, experiment.cells());
}

}  // namespace mola
