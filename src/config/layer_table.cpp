#include "mola/config/layer_table.h"

#include <algorithm>

namespace mola {

int64_t LayerTable::at(const std::string& projection, int64_t layer) const {
  const auto found = values.find(projection);
  return found == values.end() ? 0 : found->second.at(static_cast<size_t>(layer));
}

bool LayerTable::same_for_all() const {
  return std::all_of(values.begin(), values.end(),
                     [&](const auto& entry) { return entry.second == values.begin()->second; });
}

LayerTable LayerTable::same(const std::vector<std::string>& projections,
                            const std::vector<int64_t>& list) {
  LayerTable table;
  for (const auto& projection : projections) table.values[projection] = list;
  return table;
}

}  // namespace mola
