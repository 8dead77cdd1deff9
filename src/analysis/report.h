#pragma once

#include <string>
#include <vector>

#include "mola/analysis/measurements.h"
#include "mola/train/metrics.h"

namespace mola {

/// Writes the measurements of an adapter to the new folder `folder`: measurements.json with
/// everything; redundancy.csv and, with routing, routers.csv, experts.csv, co_selection.csv and
/// groups.csv; pictures/, rendered by gnuplot if it is installed; and report.html, which shows all
/// of it, with the training history if `history` has steps. Returns the page's path. Throws `Error`
/// if something cannot be written, or the folder already contains files.
std::string write_report(const Measurements& measurements, const std::string& title,
                         const std::vector<StepMetrics>& history, const std::string& folder);

}  // namespace mola
