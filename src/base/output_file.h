#pragma once

#include <string>

namespace mola {

/// Throws `Error` if the file `path` cannot be written: its folder is missing or not writable, or
/// something stands there that is no regular file. Touches nothing.
void check_output_file(const std::string& path);

/// Writes `text` to `path`, so that the file is there whole or not at all. Throws `Error` if it
/// cannot be written.
void write_file(const std::string& path, const std::string& text);

}  // namespace mola
