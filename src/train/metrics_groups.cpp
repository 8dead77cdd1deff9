#include "train/metrics_groups.h"

#include <algorithm>
#include <cmath>

namespace mola {
namespace {

constexpr size_t kMostPoints = 150;  // of a line chart
constexpr size_t kMostCells = 48;    // of a row of a heat map

}  // namespace

double mean_of(const Group& group, const Value& value) {
  double sum = 0;
  double count = 0;
  for (const auto* metrics : group) {
    const double found = value(*metrics);
    if (!std::isfinite(found)) continue;
    sum += found;
    ++count;
  }
  return sum / count;  // NaN without finite values
}

std::vector<Group> groups_of(const std::vector<StepMetrics>& metrics) {
  const size_t size = (metrics.size() + kMostPoints - 1) / kMostPoints;
  std::vector<Group> groups((metrics.size() + size - 1) / size);
  for (size_t i = 0; i < metrics.size(); ++i) groups[i / size].push_back(&metrics[i]);
  return groups;
}

std::vector<Group> cells_of(const std::vector<StepMetrics>& metrics) {
  const int64_t last = metrics.back().step;
  int64_t gap = 1;  // the largest number of steps between two lines
  int64_t before = 0;
  for (const auto& line : metrics) {
    gap = std::max(gap, line.step - before);
    before = line.step;
  }
  const auto cells = static_cast<int64_t>(
      std::min(kMostCells, static_cast<size_t>(std::max<int64_t>(1, last / gap))));
  std::vector<Group> groups(static_cast<size_t>(cells));
  for (const auto& line : metrics) {
    groups[static_cast<size_t>((line.step * cells + last - 1) / last - 1)].push_back(&line);
  }
  return groups;
}

LineChart chart_of(const std::vector<Group>& groups, const std::string& title,
                   const std::string& y_label, const Value& value) {
  LineChart chart;
  chart.title = title;
  chart.x_label = "step";
  chart.y_label = y_label;
  chart.lines = {{y_label, {}}};
  for (const auto& group : groups) {
    chart.x.push_back(static_cast<double>(group.back()->step));
    chart.lines[0].y.push_back(mean_of(group, value));
  }
  return chart;
}

}  // namespace mola
