#pragma once

#include <string>

namespace mola {

/// Throws `Error` if the file `path` cannot be written: its folder is missing or not writable, or
/// `path` is something other than a regular file. Changes nothing.
void check_output_file(const std::string& path);

/// Writes `text` to `path` atomically. Throws `Error` if it cannot be written.
void write_file(const std::string& path, const std::string& text);

}  // namespace mola
