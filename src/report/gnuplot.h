#pragma once

#include <string>

namespace mola {

/// `text` as a string of gnuplot in which no character is special: in double quotes it would run
/// commands. Line feeds and other control characters become spaces.
std::string gnuplot_string(const std::string& text);

/// Writes `script` to `path`, so that users can change the chart, and renders it with gnuplot in
/// the script's folder, as the file `output` there. Returns whether that succeeded: warns if it
/// fails or, once, if gnuplot is not installed. Throws `Error` if a file cannot be written.
bool draw(const std::string& path, const std::string& script, const std::string& output);

}  // namespace mola
