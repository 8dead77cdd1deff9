#pragma once

namespace mola::cli {

/// The program `mola`: finds the command, parses its options and runs it. Returns the exit code.
int run_program(int argc, char** argv);

}  // namespace mola::cli
