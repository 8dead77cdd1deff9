#pragma once

#include <string>
#include <vector>

#include "mola/train/metrics.h"
#include "report/page.h"

namespace mola {

/// Adds how a run went to a page, from its metrics (see `read_metrics`): losses, balance loss,
/// learning rate, gradient norm and speed over the steps and, where there are routers, how evenly
/// their experts were used: the busiest and the least used expert of each layer as multiples of an
/// even share 1/E, and up to eight layers one by one. Steps are laid together where there are more
/// than a picture shows.
void add_training_report(Page& page, const std::vector<StepMetrics>& metrics,
                         const Pictures& pictures);

}  // namespace mola
