#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/config/layer_table.h"

namespace mola {

constexpr int64_t kMostExperts = 4096;

/// N: the number of experts of each projection in each decoder layer (paper, section 3.2). 0 is a
/// layer without an adapter, 1 is LoRA, and more is a mixture with a router.
struct Allocation : LayerTable {
  /// Parses a specification for a model of `num_layers` layers (L). It is one of
  ///  - a digit for each equal group of layers, lowest first: "2468"; with n digits, layer j takes
  ///    the digit floor(j * n / L)
  ///  - the same with dashes between larger numbers: "2-2-10-2"
  ///  - a preset: triangle, inverted_triangle, hourglass, rectangle, diamond
  ///  - a JSON list with one number per layer: [2, 2, 4, ...]
  ///  - a JSON object from projections, or "attention" and "mlp", to any of these
  ///  - the path of a .json file that contains one of these
  /// Throws `Error` for anything else, and for a number above kMostExperts.
  static Allocation parse(const std::string& spec, int64_t num_layers,
                          const std::vector<std::string>& projections);
};

}  // namespace mola
