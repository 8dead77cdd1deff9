#include <cstdio>
#include <functional>

#include "experiment/results.h"

namespace mola {
namespace {

template <class... Values>
std::string format(const char* form, Values... values) {
  char text[64];
  std::snprintf(text, sizeof text, form, values...);
  return text;
}

// "86.87 ± 0.31 (15)": percent, or the loss as it is.
std::string score_text(const ResultCell& cell, const Estimate& score, int64_t epochs) {
  const double factor = cell.is_loss ? 1 : 100;
  const int digits = cell.is_loss ? 4 : 2;
  std::string text = format("%.*f", digits, factor * score.value);
  if (score.low != score.high) {
    text += format(" ± %.*f", digits, factor * (score.high - score.low) / 2);
  }
  return text + format(" (%lld)", static_cast<long long>(epochs));
}

// A row for each adapter; `text` gives the text of a cell.
std::string table(const ExperimentPlan& plan, const std::vector<ResultCell>& cells,
                  const std::string& suffix,
                  const std::function<std::string(const ResultCell&)>& text) {
  std::string lines = "| adapter | trainable |";
  std::string rule = "\n|---|---:|";
  for (const auto& task : plan.tasks) {
    lines += " " + task + suffix + " |";
    rule += "---|";
  }
  lines += rule + "\n";
  for (const auto& adapter : plan.adapters) {
    std::string row, trainable;
    for (const auto& task : plan.tasks) {
      const auto* cell = find_cell(cells, task, adapter);
      row += " " + (cell == nullptr ? "" : text(*cell)) + " |";
      if (cell != nullptr) trainable = std::to_string(cell->trainable_parameters);
    }
    lines += "| " + adapter + " | " + trainable + " |" + row + "\n";
  }
  return lines;
}

}  // namespace

std::string results_table(const ExperimentPlan& plan, const std::vector<ResultCell>& cells) {
  const auto by_validation = [&](const ResultCell& cell) {
    const bool is_complete = cell.seeds == static_cast<int64_t>(plan.seeds.size());
    return score_text(cell, cell.test, cell.epochs) +
           (is_complete ? ""
                        : " [" + std::to_string(cell.seeds) + " of " +
                              std::to_string(plan.seeds.size()) + " seeds]");
  };
  const auto by_test = [](const ResultCell& cell) {
    return score_text(cell, cell.best_on_test, cell.epochs_best_on_test);
  };
  const std::string seeds = std::to_string(plan.seeds.size());
  return "Test accuracy in percent (the loss for tasks without answers): mean over " + seeds +
         (plan.seeds.size() == 1 ? " seed" : " seeds") +
         (plan.seeds.size() == 1 ? "" : " ± half of the 95 % interval") +
         " (epochs, chosen on held-out training rows). Empty: every run failed.\n\n" +
         table(plan, cells, "", by_validation) +
         "\nNot comparable with the above: the epochs with the best test score.\n\n" +
         table(plan, cells, ", best on test", by_test);
}

}  // namespace mola
