#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/analysis/continual_metrics.h"
#include "mola/config/continual_plan.h"
#include "report/pictures.h"

namespace mola {

/// The result of an adapter, so far: R[k] are the accuracies on all domains after training on
/// domains 0 to k.
struct ContinualResult {
  std::string adapter;
  int64_t trainable_parameters = 0;
  PerformanceMatrix R;
};

/// In Markdown and in percent: overall performance and performance drop of each adapter, once all
/// domains are trained, and a table of R for each.
std::string continual_table(const ContinualPlan& plan, const std::vector<ContinualResult>& results);

/// The same as JSON text, with accuracies from 0 to 1; values not known yet are null.
std::string continual_json(const ContinualPlan& plan, const std::vector<ContinualResult>& results);

/// The same as a page, with charts rendered into `pictures`: the accuracies during training, a line
/// for each adapter, and R as a heat map. Returns its HTML.
std::string continual_report(const ContinualPlan& plan, const std::vector<ContinualResult>& results,
                             const Pictures& pictures);

}  // namespace mola
