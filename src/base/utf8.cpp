#include "base/utf8.h"

#include <cstdint>

#include "mola/base/error.h"

namespace mola {
namespace {

unsigned char byte_at(const std::string& text, size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// The length of a character by its first byte; 0 if none begins with it.
size_t length_of(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xC0 || first >= 0xF8) return 0;
  return first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
}

// UTF-8 allows only the shortest form, no surrogates and no values above the last code point.
bool is_code_point(uint32_t value, size_t length) {
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  return value >= kLeast[length] && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
}

}  // namespace

size_t utf8_length(const std::string& text, size_t start) {
  const size_t length = length_of(byte_at(text, start));
  if (length <= 1) return length;
  if (start + length > text.size()) return 0;
  uint32_t value = byte_at(text, start) & (0x7FU >> length);
  for (size_t i = start + 1; i < start + length; ++i) {
    if (!continues_utf8(text[i])) return 0;
    value = value << 6U | (byte_at(text, i) & 0x3FU);
  }
  return is_code_point(value, length) ? length : 0;
}

bool is_begun_utf8(const std::string& text, size_t start) {
  const size_t length = length_of(byte_at(text, start));
  if (length < 2 || start + length <= text.size()) return false;
  // The smallest and the largest continuation: every valid one is between them.
  for (const char filler : {'\x80', '\xBF'}) {
    auto completed = text.substr(start);
    completed.resize(length, filler);
    if (utf8_length(completed, 0) == length) return true;
  }
  return false;
}

void check_utf8(const std::string& text) {
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text, i);
    if (length == 0) fail("found invalid UTF-8 at byte ", i + 1, ", expected UTF-8 text");
    i += length;
  }
}

}  // namespace mola
