#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/analysis/performance.h"
#include "mola/config/continual_plan.h"

namespace mola {

/// What an adapter came to, so far: R[k] are the accuracies on all domains after training on
/// domains 0 to k.
struct ContinualResult {
  std::string adapter;
  int64_t trainable_parameters = 0;
  PerformanceMatrix R;
};

/// In Markdown and in percent: overall performance and performance drop of each adapter, where all
/// domains are trained, and a table of R for each.
std::string continual_table(const ContinualPlan& plan, const std::vector<ContinualResult>& results);

/// The same as JSON text, with accuracies from 0 to 1; null for what is not known yet.
std::string continual_json(const ContinualPlan& plan, const std::vector<ContinualResult>& results);

/// A gnuplot script that draws, to the PNG file `output`, the mean accuracy over the domains
/// trained so far, and the accuracy on each domain, after each of them: a line for each adapter.
std::string continual_plot(const ContinualPlan& plan, const std::vector<ContinualResult>& results,
                           const std::string& output);

}  // namespace mola
