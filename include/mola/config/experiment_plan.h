#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/config/evaluation_options.h"
#include "mola/config/run_config.h"

namespace mola {

/// One fine-tune of an experiment.
struct ExperimentRun {
  std::string task;     ///< the name of the column
  std::string adapter;  ///< the name of the row
  RunConfig config;     ///< with its epochs, its seed, and a folder of its own
};

/// A grid of fine-tunes, tasks x adapters x epochs x seeds, and how each is evaluated.
struct ExperimentPlan {
  ModelConfig model;
  std::vector<std::string> tasks;
  std::vector<std::string> adapters;
  std::vector<int64_t> epochs;
  std::vector<int64_t> seeds;
  /// Instruction tuning that comes first, a run for each adapter and seed: the others start from
  /// what it made. Empty where adapters are fine-tuned directly.
  std::vector<ExperimentRun> instruction;
  std::vector<ExperimentRun> runs;
  PlanEvaluation evaluation;
  std::string output_dir;
  bool keep_adapters = true;  ///< false: what a run trained is removed when it is evaluated
};

/// Reads the plan `path` and applies `overrides` as `read_run_config` does; those of model, data,
/// train and output hold for all runs. Its objects are
///
///     "model"        as in a run's config
///     "tasks"        a list of {"name", "data", "train"}, the columns of the table
///     "adapters"     a list of {"name", "adapter", "train"}, its rows
///     "epochs", "seeds"   lists of numbers
///     "data", "train"     of all runs, where task and adapter say nothing else;
///                         data.validation, by which the epochs are chosen, is 0.05 by default
///     "instruction"  {"data", "train"} of the instruction tuning that comes first, if any
///     "evaluation"   {"protocol", "batch_size", "max_new_tokens", "normalize", "limit"}
///     "output"       as in a run's config, and "keep_adapters"
///
/// Every run is checked as a config of its own. Throws `Error` for what `read_run_config` refuses,
/// an empty grid, and two tasks, adapters, epochs or seeds that are the same.
ExperimentPlan read_experiment_plan(const std::string& path,
                                    const std::vector<std::string>& overrides,
                                    const AdapterTypes& types);

}  // namespace mola
