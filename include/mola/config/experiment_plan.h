#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/config/evaluation_options.h"
#include "mola/config/run_config.h"

namespace mola {

/// One fine-tuning run of an experiment.
struct ExperimentRun {
  std::string task;     ///< the name of the column
  std::string adapter;  ///< the name of the row
  RunConfig config;     ///< with its epochs, its seed and its own folder
};

/// A grid of fine-tuning runs, tasks x adapters x epochs x seeds, and their evaluation.
struct ExperimentPlan {
  ModelConfig model;
  std::vector<std::string> tasks;
  std::vector<std::string> adapters;
  std::vector<int64_t> epochs;
  std::vector<int64_t> seeds;
  /// Instruction tuning before the other runs, one run for each adapter and seed, from whose result
  /// they start. Empty if adapters are fine-tuned directly.
  std::vector<ExperimentRun> instruction;
  std::vector<ExperimentRun> runs;
  PlanEvaluation evaluation;
  std::string output_dir;
  bool keep_adapters = true;  ///< false: remove a run's adapter after its evaluation
};

/// Reads the plan `path` and applies `overrides` as `read_run_config` does; those of model, data,
/// train and output apply to all runs. Its objects are
///
///     "model"        as in a run's config
///     "tasks"        a list of {"name", "data", "train"}, the columns of the table
///     "adapters"     a list of {"name", "adapter", "train"}, its rows
///     "epochs", "seeds"   lists of numbers
///     "data", "train"     of all runs; tasks and adapters override them;
///                         data.validation, whose rows choose the epochs, is 0.05 by default
///     "instruction"  {"data", "train"} of the instruction tuning before the runs, if any
///     "evaluation"   {"protocol", "batch_size", "max_new_tokens", "normalize", "limit"}
///     "output"       as in a run's config, and "keep_adapters"
///
/// Every run is checked as a config of its own. Throws `Error` for anything that `read_run_config`
/// refuses, an empty grid, and duplicated tasks, adapters, epochs or seeds.
ExperimentPlan read_experiment_plan(const std::string& path,
                                    const std::vector<std::string>& overrides,
                                    const AdapterTypes& types);

}  // namespace mola
