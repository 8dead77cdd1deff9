#include "train/training_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "train/expert_load_report.h"
#include "train/metrics_groups.h"

namespace mola {
namespace {

double validation_loss_of(const StepMetrics& metrics) {
  return metrics.validation_loss.value_or(NAN);
}

LineChart loss_chart(const std::vector<Group>& groups) {
  auto chart = chart_of(groups, "Loss", "loss", [](const auto& line) { return line.loss; });
  chart.lines[0].name = "training";
  Line validation = {"validation", {}, /*is_joined=*/true};
  for (const auto& group : groups) validation.y.push_back(mean_of(group, validation_loss_of));
  const bool is_there = std::any_of(validation.y.begin(), validation.y.end(),
                                    [](double loss) { return std::isfinite(loss); });
  if (is_there) chart.lines.push_back(validation);
  return chart;
}

std::string text_of(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return std::isfinite(value) ? text : "";
}

Table numbers_table(const std::vector<Group>& groups) {
  Table table = {{"step", "epoch", "loss", "validation loss", "balance loss", "learning rate",
                  "gradient norm", "tokens/s"},
                 {}};
  for (const auto& group : groups) {
    const auto text = [&](const char* format, const Value& value) {
      return text_of(format, mean_of(group, value));
    };
    table.rows.push_back({std::to_string(group.back()->step), text_of("%.2f", group.back()->epoch),
                          text("%.4f", [](const auto& line) { return line.loss; }),
                          text("%.4f", validation_loss_of),
                          text("%.4f", [](const auto& line) { return line.balance_loss; }),
                          text("%.2e", [](const auto& line) { return line.learning_rate; }),
                          text("%.3f", [](const auto& line) { return line.grad_norm; }),
                          text("%.0f", [](const auto& line) { return line.tokens_per_second; })});
  }
  return table;
}

}  // namespace

void add_training_report(Page& page, const std::vector<StepMetrics>& metrics,
                         const Pictures& pictures) {
  page.heading("Training");
  if (metrics.empty()) return page.paragraph("No step was logged.");
  const auto groups = groups_of(metrics);
  std::vector<Picture> all;
  const auto add = [&](const std::string& name, const LineChart& chart, const std::string& text) {
    all.push_back(pictures.draw(name, chart, text));
  };
  add("loss", loss_chart(groups), "Language-model loss per labelled token.");
  if (!metrics.back().expert_load.empty()) {
    add("balance_loss",
        chart_of(groups, "Load-balancing loss", "balance loss",
                 [](const auto& line) { return line.balance_loss; }),
        "Sum over layers, before its coefficient; a layer with a uniform load adds 1.");
  }
  add("learning_rate",
      chart_of(groups, "Learning rate", "learning rate",
               [](const auto& line) { return line.learning_rate; }),
      "");
  add("gradient_norm",
      chart_of(groups, "Gradient norm", "gradient norm",
               [](const auto& line) { return line.grad_norm; }),
      "At the logged steps, before clipping.");
  add("tokens_per_second",
      chart_of(groups, "Speed", "tokens per second",
               [](const auto& line) { return line.tokens_per_second; }),
      "");
  page.pictures(all);
  page.folded_table("Metrics by step", numbers_table(groups));
  add_expert_load_report(page, metrics, pictures);
}

}  // namespace mola
