#pragma once

#include <string>

namespace mola {

/// Whether a bar may be drawn: standard error is a terminal, and log lines go there as text and are
/// not quiet.
bool can_draw_bar();

/// Draws `bar` in the last line of the terminal in place of the one before; empty takes it away.
void draw_bar(const std::string& bar);

}  // namespace mola
