#pragma once

#include <string>

namespace mola {

/// Whether a bar may be drawn: standard error is a terminal, and log lines go there as text and are
/// not quiet.
bool can_draw_bar();

/// Draws `bar` in the last line of the terminal, replacing the previous one; empty removes it.
void draw_bar(const std::string& bar);

}  // namespace mola
