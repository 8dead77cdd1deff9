#pragma once

#include <string>

namespace mola {

/// Throws `Error` if the file `path` cannot be written: its folder is missing or not writable, or
/// something stands there that is no regular file. Touches nothing.
void check_output_file(const std::string& path);

}  // namespace mola
