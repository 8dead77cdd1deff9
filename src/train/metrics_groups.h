#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mola/train/metrics.h"
#include "report/chart.h"

namespace mola {

/// Lines of metrics that a chart shows as one point or cell.
using Group = std::vector<const StepMetrics*>;

/// The plotted value of a line; NaN if it has none.
using Value = std::function<double(const StepMetrics&)>;

/// The mean of the finite values; NaN if there are none.
double mean_of(const Group& group, const Value& value);

/// Groups with equal numbers of lines, at most as many as fit a line chart.
std::vector<Group> groups_of(const std::vector<StepMetrics>& metrics);

/// Groups with equal numbers of steps, at most as many as fit a row of a heat map; none is empty.
std::vector<Group> cells_of(const std::vector<StepMetrics>& metrics);

/// A chart of one line over the steps.
LineChart chart_of(const std::vector<Group>& groups, const std::string& title,
                   const std::string& y_label, const Value& value);

}  // namespace mola
