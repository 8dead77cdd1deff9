#include "mola/experiment/continual.h"

#include "base/fingerprint.h"
#include "base/output_file.h"
#include "base/stop_signal.h"
#include "experiment/continual_results.h"
#include "experiment/plan_folder.h"
#include "experiment/run_result.h"
#include "experiment/runner.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "train/run_identity.h"

namespace mola {
namespace {

std::vector<RunConfig> configs_of(const ContinualPlan& plan) {
  std::vector<RunConfig> configs;
  for (const auto& run : plan.runs) configs.push_back(run.config);
  return configs;
}

void check_tasks(const ContinualPlan& plan) {
  for (size_t k = 0; k < plan.domains.size(); ++k) {
    const auto& task = plan.run(0, k).config.data.task;
    if (!has_answers(task)) {
      fail("data.task: ", task, " of the domain ", plan.domains[k],
           " has no answers, so its accuracy cannot be measured");
    }
  }
}

// What the accuracies after a run depend on besides its own config: all domains' test rows, `test`.
nlohmann::ordered_json settings_of(const ContinualPlan& plan,
                                   const std::vector<EvaluationRows>& test) {
  Fingerprint print;
  for (size_t k = 0; k < plan.domains.size(); ++k) {
    print.add(rows_fingerprint(plan.run(0, k).config, test[k]));
  }
  auto settings = evaluation_settings(plan.evaluation, print.text());
  for (size_t k = 0; k < plan.domains.size(); ++k) {
    const auto& data = plan.run(0, k).config.data;
    settings["domains"].push_back({{"name", plan.domains[k]},
                                   {"task", data.task},
                                   {"path", data.path},
                                   {"topic", data.topic.value_or("")}});
  }
  return settings;
}

class Continual {
 public:
  Continual(const ContinualPlan& plan, const PlanFolder& folder)
      : plan_(plan), folder_(folder), runner_(plan.model, plan.evaluation, /*has_text=*/true) {}

  void run() {
    check_order();
    folder_.begin(read_all_data());
    for (size_t a = 0; a < plan_.adapters.size(); ++a) train_adapter(a);
  }

  const std::vector<std::string>& failures() const { return failures_; }
  const std::vector<ContinualResult>& results() const { return results_; }

 private:
  PlanIdentity read_all_data() {
    PlanIdentity identity = {plan_.model.path, known_base_model(plan_.model.path), {}};
    for (size_t k = 0; k < plan_.domains.size(); ++k) {
      const auto& config = plan_.run(0, k).config;
      read_for("domain " + plan_.domains[k], [&] {
        const auto rows = rows_fingerprint(runner_.read_data(config));
        identity.rows.push_back({plan_.domains[k], config.data.path, rows});
        test_.push_back(runner_.read_test_rows(config));
      });
    }
    return identity;
  }

  static std::string describe(const ContinualRun& run) { return run.adapter + " on " + run.domain; }

  // Each run must have what it started from.
  void check_order() const {
    check_runs(folder_.runs(), runner_.layers());
    for (size_t a = 0; a < plan_.adapters.size(); ++a) {
      std::string unfinished;
      for (size_t k = 0; k < plan_.domains.size(); ++k) {
        const auto& config = plan_.run(a, k).config;
        const auto status = find_run(config);
        if (status != RunStatus::kNew && !unfinished.empty()) {
          fail("output.dir ", config.output.dir, ": was started from the adapter of ", unfinished,
               ", which is not there; remove the folder");
        }
        if (status != RunStatus::kFinished) unfinished = config.output.dir;
      }
    }
  }

  void train_adapter(size_t a) {
    results_.push_back({plan_.adapters[a], 0, {}});
    for (size_t k = 0; k < plan_.domains.size(); ++k) {
      log_info("run " + std::to_string(a * plan_.domains.size() + k + 1) + " of " +
               std::to_string(plan_.runs.size()) + ": " + describe(plan_.run(a, k)));
      const bool has_run = try_run(plan_.run(a, k));
      write_file(plan_.output_dir + "/results.json", continual_json(plan_, results_));
      write_file(plan_.output_dir + "/results.md", continual_table(plan_, results_));
      if (!has_run) return;  // the next domain starts from this one
    }
  }

  bool try_run(const ContinualRun& run) {
    try {
      add_row(run.config, results_.back());
      return true;
    } catch (const Stopped&) {
      throw;
    } catch (const std::exception& error) {  // such as a loss that is no longer finite
      failures_.push_back(describe(run) + ": " + message_of(error));
      log_error(failures_.back());
      return false;
    }
  }

  // Of the accuracies after the run.
  void add_row(const RunConfig& config, ContinualResult& result) {
    const auto status = find_run(config);
    if (read_row(config, result)) return;
    if (status != RunStatus::kFinished) {
      runner_.train(config, runner_.read_data(config), status);
    }
    auto [model, trainable_parameters] = runner_.load_trained(config);
    result.trainable_parameters = trainable_parameters;
    std::vector<double> row;
    nlohmann::ordered_json accuracies;
    for (size_t i = 0; i < plan_.domains.size(); ++i) {
      row.push_back(runner_.score(model, plan_.run(0, i).config, test_[i]));
      accuracies[plan_.domains[i]] = row[i];
      log_info("accuracy on " + plan_.domains[i] + " " + std::to_string(row[i]));
    }
    write_result(config, settings_of(plan_, test_),
                 {{"trainable_parameters", trainable_parameters}, {"accuracy", accuracies}});
    result.R.push_back(row);
  }

  // Adds what an earlier call found; false if there is nothing.
  bool read_row(const RunConfig& config, ContinualResult& result) const {
    const auto json = read_result(config, settings_of(plan_, test_));
    if (!json) return false;
    ConfigSource source{result_path(config), {}, {}};
    const JsonReader reader(*json, source, "");
    const JsonReader accuracies = reader.object("accuracy");
    std::vector<double> row;
    for (const auto& domain : plan_.domains) row.push_back(read_score(accuracies, domain));
    result.trainable_parameters = read_trainable_parameters(reader);
    result.R.push_back(row);
    return true;
  }

  const ContinualPlan& plan_;
  const PlanFolder& folder_;
  Runner runner_;
  std::vector<EvaluationRows> test_;  // of each domain
  std::vector<ContinualResult> results_;
  std::vector<std::string> failures_;
};

}  // namespace

std::string run_continual(const ContinualPlan& plan) {
  check_tasks(plan);
  const PlanFolder folder(plan.output_dir, "continual", configs_of(plan));
  Continual continual(plan, folder);
  continual.run();
  const Pictures pictures(plan.output_dir + "/pictures");
  write_file(plan.output_dir + "/report.html",
             continual_report(plan, continual.results(), pictures));
  const auto& failures = continual.failures();
  if (!failures.empty()) {
    fail(failures.size(), " of ", plan.adapters.size(), " adapters failed, the first of them ",
         failures[0]);
  }
  return continual_table(plan, continual.results());
}

}  // namespace mola
