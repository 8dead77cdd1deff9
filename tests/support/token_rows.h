#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mola {

/// So many rows of the task `tokens`, of 5 to 7 ids below 64, which suit reference/llama/gqa.
inline std::string token_rows(int64_t count) {
  std::string rows;
  for (int64_t row = 0; row < count; ++row) {
    std::vector<int64_t> ids = {1};
    for (int64_t t = 0; t < 4 + row % 3; ++t) ids.push_back(3 + (row + 7 * t) % 61);
    rows += nlohmann::json({{"input_ids", ids}}).dump() + "\n";
  }
  return rows;
}

}  // namespace mola
