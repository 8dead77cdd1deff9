#pragma once

#include <string>

#include "mola/analysis/measurements.h"

namespace mola {

// Measurements as text. CSV has a line for each projection, or each of its experts; NaN is an empty
// cell, and null in JSON.

/// layer, projection, num_experts, and the four distances.
std::string redundancy_csv(const Measurements& measurements);

/// layer, projection, num_experts, tokens, entropy, dead.
std::string routers_csv(const Measurements& measurements);

/// layer, projection, expert, picks, share, weight, probability.
std::string experts_csv(const Measurements& measurements);

/// group, layer, projection, expert, tokens, picks, share, weight.
std::string groups_csv(const Measurements& measurements);

/// layer, projection, expert, other, tokens: those that chose both.
std::string co_selection_csv(const Measurements& measurements);

/// Everything.
std::string measurements_json(const Measurements& measurements);

}  // namespace mola
