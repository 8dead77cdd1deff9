#pragma once

#include <fstream>
#include <string>

namespace mola {

/// Throws `Error` unless `path` is a regular file. A pipe is refused: files are read more than once
/// and the parts of a pipe that were read are gone.
void check_input_file(const std::string& path);

/// Throws `Error` unless `path` is a folder; `what` is the kind of folder, such as "model".
void check_input_folder(const std::string& what, const std::string& path);

/// Opens the regular file `path` for reading. Throws `Error` if it cannot be read.
std::ifstream open_input_file(const std::string& path);

}  // namespace mola
