#pragma once

#include <string>

namespace mola {

/// `text` as a string of gnuplot's, of which no character means anything to it: in double quotes it
/// would run commands. Line feeds and other control characters become spaces.
std::string gnuplot_string(const std::string& text);

/// Writes `script` to `path`, for whoever wants to change the picture, and lets gnuplot draw it.
/// Returns whether it did: a warning says so where it fails or, once, that it is not installed.
bool draw(const std::string& path, const std::string& script);

}  // namespace mola
