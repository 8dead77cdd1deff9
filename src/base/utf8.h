#pragma once

#include <cstddef>
#include <string>

namespace mola {

/// The bytes of the UTF-8 character that begins at `start`; 0 if none does.
size_t utf8_length(const std::string& text, size_t start);

/// Whether `text` ends within a character that begins at `start` and further bytes can complete.
bool is_begun_utf8(const std::string& text, size_t start);

/// Throws `Error` unless `text` is well-formed UTF-8.
void check_utf8(const std::string& text);

}  // namespace mola
