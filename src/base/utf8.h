#pragma once

#include <cstddef>
#include <string>

namespace mola {

/// The length in bytes of the UTF-8 character at `start`; 0 if it is invalid.
size_t utf8_length(const std::string& text, size_t start);

/// Whether `text` ends inside a character that begins at `start` and that further bytes can
/// complete.
bool is_begun_utf8(const std::string& text, size_t start);

/// Throws `Error` unless `text` is well-formed UTF-8.
void check_utf8(const std::string& text);

}  // namespace mola
