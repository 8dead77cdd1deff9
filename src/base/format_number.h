#pragma once

#include <cstdint>
#include <string>

namespace mola {

/// 1234567 as "1,234,567".
inline std::string with_commas(int64_t number) {
  std::string text = std::to_string(number);
  for (int64_t at = static_cast<int64_t>(text.size()) - 3; at > 0; at -= 3) text.insert(at, ",");
  return text;
}

}  // namespace mola
