#pragma once

#include <cstddef>
#include <string>

namespace mola {

/// Whether `byte` continues a UTF-8 character that an earlier one begins.
inline bool continues_utf8(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// The length in bytes of the UTF-8 character at `start`; 0 if it is invalid.
size_t utf8_length(const std::string& text, size_t start);

/// Whether `text` ends inside a character that begins at `start` and that further bytes can
/// complete.
bool is_begun_utf8(const std::string& text, size_t start);

/// Throws `Error` unless `text` is well-formed UTF-8.
void check_utf8(const std::string& text);

}  // namespace mola
