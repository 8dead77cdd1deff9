#pragma once

#include <string>
#include <vector>

#include "mola/analysis/measurements.h"
#include "mola/train/metrics.h"

namespace mola {

/// Writes what was measured of an adapter to `folder`, a new one: measurements.json with
/// everything; redundancy.csv, and where there is routing routers.csv, experts.csv,
/// co_selection.csv, groups.csv; pictures/, drawn by gnuplot where it is installed; and
/// report.html, in which all of it can be looked at, with the history of its training if `history`
/// has steps. Returns the page's path. Throws `Error` if something cannot be written, or the folder
/// holds files already.
std::string write_report(const Measurements& measurements, const std::string& title,
                         const std::vector<StepMetrics>& history, const std::string& folder);

}  // namespace mola
