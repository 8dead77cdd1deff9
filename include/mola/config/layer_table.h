#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace mola {

/// One number for all layers, or a list with one for each.
using NumberOrList = std::variant<int64_t, std::vector<int64_t>>;

/// One whole number for each projection and decoder layer: number of experts, rank or top_k. Keys
/// are projection names ("q_proj"); every list has one number per layer.
struct LayerTable {
  std::map<std::string, std::vector<int64_t>> values;

  /// The number of `projection` in `layer`, 0 if the projection is not in the table.
  int64_t at(const std::string& projection, int64_t layer) const;

  /// True if all projections have the same list.
  bool same_for_all() const;

  /// A table with the same list for every projection.
  static LayerTable same(const std::vector<std::string>& projections,
                         const std::vector<int64_t>& list);

  bool operator==(const LayerTable& other) const { return values == other.values; }
  bool operator!=(const LayerTable& other) const { return values != other.values; }
};

}  // namespace mola
