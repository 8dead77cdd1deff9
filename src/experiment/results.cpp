#include "experiment/results.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

namespace mola {
namespace {

using nlohmann::ordered_json;

using Scores = std::vector<double>;

// The epochs with the best mean, of those with the most seeds: a run may have failed. Ties go to
// the fewest.
int64_t best_epochs(const std::map<int64_t, Scores>& scores, bool is_loss) {
  int64_t best = scores.begin()->first;
  for (const auto& [epochs, values] : scores) {
    const auto& so_far = scores.at(best);
    const double gain = mean_of(values).value - mean_of(so_far).value;
    const bool is_better = is_loss ? gain < 0 : gain > 0;
    if (values.size() != so_far.size() ? values.size() > so_far.size() : is_better) best = epochs;
  }
  return best;
}

std::optional<ResultCell> cell_of(const std::string& task, const std::string& adapter,
                                  const std::vector<RunResult>& results) {
  std::map<int64_t, Scores> validation, test;
  ResultCell cell = {};
  for (const auto& result : results) {
    if (result.task != task || result.adapter != adapter) continue;
    validation[result.epochs].push_back(result.validation);
    test[result.epochs].push_back(result.test);
    cell.trainable_parameters = result.trainable_parameters;
    cell.is_loss = result.is_loss;
  }
  if (test.empty()) return std::nullopt;
  cell.task = task;
  cell.adapter = adapter;
  cell.epochs = best_epochs(validation, cell.is_loss);
  cell.validation = mean_of(validation[cell.epochs]).value;
  cell.test = mean_of(test[cell.epochs]);
  cell.seeds = static_cast<int64_t>(test[cell.epochs].size());
  cell.epochs_best_on_test = best_epochs(test, cell.is_loss);
  cell.best_on_test = mean_of(test[cell.epochs_best_on_test]);
  return cell;
}

ordered_json to_json(const Estimate& estimate) {
  return {{"mean", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

ordered_json to_json(const ResultCell& cell) {
  return {{"task", cell.task},
          {"adapter", cell.adapter},
          {"trainable_parameters", cell.trainable_parameters},
          {"score", cell.is_loss ? "loss" : "accuracy"},
          {"epochs", cell.epochs},
          {"validation", cell.validation},
          {"test", to_json(cell.test)},
          {"seeds", cell.seeds},
          {"epochs_best_on_test", cell.epochs_best_on_test},
          {"best_on_test", to_json(cell.best_on_test)}};
}

ordered_json to_json(const RunResult& result) {
  return {{"task", result.task}, {"adapter", result.adapter},       {"epochs", result.epochs},
          {"seed", result.seed}, {"validation", result.validation}, {"test", result.test}};
}

}  // namespace

std::vector<ResultCell> result_cells(const ExperimentPlan& plan,
                                     const std::vector<RunResult>& results) {
  std::vector<ResultCell> cells;
  for (const auto& task : plan.tasks) {
    for (const auto& adapter : plan.adapters) {
      if (const auto cell = cell_of(task, adapter, results)) cells.push_back(*cell);
    }
  }
  return cells;
}

const ResultCell* find_cell(const std::vector<ResultCell>& cells, const std::string& task,
                            const std::string& adapter) {
  for (const auto& cell : cells) {
    if (cell.task == task && cell.adapter == adapter) return &cell;
  }
  return nullptr;
}

std::string results_json(const std::vector<ResultCell>& cells,
                         const std::vector<RunResult>& results) {
  ordered_json json = {{"cells", ordered_json::array()}, {"runs", ordered_json::array()}};
  for (const auto& cell : cells) json["cells"].push_back(to_json(cell));
  for (const auto& result : results) json["runs"].push_back(to_json(result));
  return json.dump(2) + "\n";
}

}  // namespace mola
