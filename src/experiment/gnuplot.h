#pragma once

#include <string>

namespace mola {

/// Writes `script` to `path`, for whoever wants to change the picture, and lets gnuplot draw it.
/// Where gnuplot is not installed or fails, a warning says so.
void draw(const std::string& path, const std::string& script);

}  // namespace mola
