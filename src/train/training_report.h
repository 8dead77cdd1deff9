#pragma once

#include <string>
#include <vector>

#include "mola/train/metrics.h"
#include "report/page.h"

namespace mola {

/// Adds the charts of a run to `page`, from its metrics (see `read_metrics`): losses, balance loss,
/// learning rate, gradient norm and speed by step and, if there are routers, the highest and lowest
/// load of an expert in each layer relative to a uniform load 1 / E, and the load of every expert
/// if there are at most eight layers. Steps are averaged if there are more than a chart can show.
void add_training_report(Page& page, const std::vector<StepMetrics>& metrics,
                         const Pictures& pictures);

}  // namespace mola
