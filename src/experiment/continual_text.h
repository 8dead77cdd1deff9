#pragma once

#include <optional>
#include <string>

#include "experiment/continual_results.h"

namespace mola {

/// Overall performance and performance drop; none until the adapter has trained on all domains.
std::optional<double> overall_of(const ContinualPlan& plan, const ContinualResult& result);
std::optional<double> drop_of(const ContinualPlan& plan, const ContinualResult& result);

/// A share as "86.87"; empty without one.
std::string percent(std::optional<double> share);

}  // namespace mola
