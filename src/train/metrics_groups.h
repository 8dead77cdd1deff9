#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mola/train/metrics.h"
#include "report/chart.h"

namespace mola {

/// Lines of metrics that a picture shows as one.
using Group = std::vector<const StepMetrics*>;

/// What is shown of a line; NaN where it has none.
using Value = std::function<double(const StepMetrics&)>;

/// The mean of the lines that have one; NaN without.
double mean_of(const Group& group, const Value& value);

/// Groups of equally many lines, as many as a line chart shows well.
std::vector<Group> groups_of(const std::vector<StepMetrics>& metrics);

/// Groups of equally many steps, as many as a row of a heat map shows well; none is empty.
std::vector<Group> cells_of(const std::vector<StepMetrics>& metrics);

/// A chart of one line over the steps.
LineChart chart_of(const std::vector<Group>& groups, const std::string& title,
                   const std::string& y_label, const Value& value);

}  // namespace mola
