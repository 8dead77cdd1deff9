#pragma once

#include <vector>

#include "mola/train/metrics.h"
#include "report/page.h"

namespace mola {

/// Adds the load of the experts of each layer to `page`; nothing if the adapter has no routers.
void add_expert_load_report(Page& page, const std::vector<StepMetrics>& metrics,
                            const Pictures& pictures);

}  // namespace mola
