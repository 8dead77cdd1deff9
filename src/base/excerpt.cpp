#include "base/excerpt.h"

namespace mola {

std::string excerpt(const std::string& text) {
  constexpr size_t kLongest = 200;
  if (text.size() <= kLongest) return text;
  size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;  // whole characters of UTF-8
  return text.substr(0, end) + "...";
}

}  // namespace mola
