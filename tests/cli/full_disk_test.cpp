#include <gtest/gtest.h>

#include "support/finetune_run.h"

namespace mola {
namespace {

// /dev/full stands for a disk without space: every write to it fails.
TEST(FullDisk, IsNotTakenForSuccess) {
  for (const std::string& command : std::vector<std::string>{
           "--help", "--version", "finetune --help", "completion bash --output /dev/stdout"}) {
    const auto line = program_path("mola") + " " + command + " > /dev/full 2> /dev/null";
    EXPECT_NE(std::system(line.c_str()), 0) << command;
  }
}

// A reader that has gone, as with `| head -1`.
TEST(ClosedPipe, EndsWithAnError) {
  const auto line = "set -o pipefail; " + program_path("mola") + " --help | true";
  EXPECT_NE(std::system(("bash -c '" + line + "'").c_str()), 128 + SIGSEGV);
}

using FileSizeLimit = FinetuneRun;

TEST_F(FileSizeLimit, IsOneLine) {
  arguments();
  const auto line = "ulimit -f 8; exec " + program_path("mola") + " finetune " +
                    folder_.path("run.json") + " 2> " + folder_.path("err");
  EXPECT_EQ(WEXITSTATUS(std::system(("bash -c '" + line + "'").c_str())), 1);
  const auto err = folder_.read("err");
  EXPECT_NE(err.find("File too large"), std::string::npos) << err;
}

}  // namespace
}  // namespace mola
