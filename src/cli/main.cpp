#include "base/stop_signal.h"
#include "cli/program.h"

int main(int argc, char** argv) {
  mola::ignore_write_signals();
  return mola::cli::run_program(argc, argv);
}
