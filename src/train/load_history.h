#pragma once

#include <vector>

#include "mola/report/page.h"
#include "mola/train/metrics.h"

namespace mola {

/// Adds how evenly the experts of each layer were used; nothing where the adapter has no routers.
void add_load_history(Page& page, const std::vector<StepMetrics>& metrics,
                      const Pictures& pictures);

}  // namespace mola
