#include "base/stop_signal.h"
#include "cli/program.h"
#include "cli/startup.h"

int main(int argc, char** argv) {
  mola::ignore_write_signals();
  return mola::cli::run_program(argc, argv, [&] { mola::cli::prepare_to_compute(argv); });
}
