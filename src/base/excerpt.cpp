#include "base/excerpt.h"

#include "base/utf8.h"

namespace mola {

std::string excerpt(const std::string& text) {
  constexpr size_t kLongest = 200;
  if (text.size() <= kLongest) return text;
  size_t end = kLongest;
  while (end > 0 && continues_utf8(text[end])) --end;  // whole characters
  return text.substr(0, end) + "...";
}

}  // namespace mola
