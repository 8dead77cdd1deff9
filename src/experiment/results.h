#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/config/experiment_plan.h"
#include "mola/eval/metrics.h"

namespace mola {

/// The result of a run of an experiment. Scores are accuracies, or losses if the task has no
/// answers.
struct RunResult {
  std::string task;
  std::string adapter;
  int64_t epochs;
  int64_t seed;
  int64_t trainable_parameters;
  bool is_loss;       ///< lower is better
  double validation;  ///< score on the training rows that were held out
  double test;
};

/// One cell of the table: all runs of a task with an adapter.
struct ResultCell {
  std::string task;
  std::string adapter;
  int64_t trainable_parameters;
  bool is_loss;
  int64_t epochs;     ///< with the best mean score on the held-out rows; ties go to the fewest
  double validation;  ///< that score
  Estimate test;      ///< of these epochs, over the seeds
  int64_t seeds;      ///< of the plan's, those whose run did not fail
  int64_t epochs_best_on_test;  ///< the choice by the test rows, for comparison
  Estimate best_on_test;
};

/// The cells that `results` fill, task by task in the order of the plan.
std::vector<ResultCell> result_cells(const ExperimentPlan& plan,
                                     const std::vector<RunResult>& results);

/// The cell of `task` and `adapter`, null if no run fills it.
const ResultCell* find_cell(const std::vector<ResultCell>& cells, const std::string& task,
                            const std::string& adapter);

/// The table in Markdown: adapters by tasks, accuracies in percent as `mean ± half of the interval
/// (epochs)`, and a second one, so labelled, with the epochs chosen by the test rows.
std::string results_table(const ExperimentPlan& plan, const std::vector<ResultCell>& cells);

/// The cells and all results, as JSON text.
std::string results_json(const std::vector<ResultCell>& cells,
                         const std::vector<RunResult>& results);

/// A gnuplot script that renders the cells' test scores with their intervals, a group of bars for
/// each task, to the PNG file `output`.
std::string results_plot(const ExperimentPlan& plan, const std::vector<ResultCell>& cells,
                         const std::string& output);

}  // namespace mola
