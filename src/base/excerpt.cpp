#include "base/excerpt.h"

namespace mola {

std::string excerpt(const std::string& text) {
  constexpr size_t kLongest = 200;
  if (text.size() <= kLongest) return text;
  size_t end = kLongest;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // whole characters of UTF-8
  return text.substr(0, end) + "...";
}

}  // namespace mola
