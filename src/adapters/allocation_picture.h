#pragma once

#include <string>
#include <vector>

#include "mola/config/adapter_config.h"

namespace mola {

/// A line for each set of projections that share an allocation: a bar per layer, lowest first,
/// whose height is its number of experts, then the numbers by runs of layers, such as
///
///     all projections  ▂▂▄▄▆▆██  2 x2  4 x2  6 x2  8 x2
std::vector<std::string> allocation_picture(const AdapterConfig& adapter);

}  // namespace mola
