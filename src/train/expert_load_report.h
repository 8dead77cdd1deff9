#pragma once

#include <vector>

#include "mola/train/metrics.h"
#include "report/page.h"

namespace mola {

/// Adds how evenly the experts of each layer were used; nothing where the adapter has no routers.
void add_expert_load_report(Page& page, const std::vector<StepMetrics>& metrics,
                            const Pictures& pictures);

}  // namespace mola
