#pragma once

#include <functional>

namespace mola::cli {

/// The program `mola`: finds the command, parses its options and runs it. Returns the exit code.
/// A command that computes for long calls `before_computing` first.
int run_program(int argc, char** argv, const std::function<void()>& before_computing);

}  // namespace mola::cli
