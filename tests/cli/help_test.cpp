#include <gtest/gtest.h>

#include "mola/version.h"
#include "support/process.h"

namespace mola {
namespace {

class Help : public testing::TestWithParam<std::string> {};

TEST_P(Help, ShowsAnExample) {
  const auto result = run(GetParam(), {"--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_NE(result.out.find("\nExample"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("\n  " + GetParam() + " "), std::string::npos) << result.out;
}

INSTANTIATE_TEST_SUITE_P(Programs, Help,
                         testing::Values("allocate", "analyze", "continual", "evaluate",
                                         "experiment", "finetune", "generate", "logits", "merge",
                                         "parameters", "pretrain", "prune", "show", "world"),
                         [](const auto& instance) { return instance.param; });

TEST(CommandLine, TellsTheVersion) {
  const auto result = run("finetune", {"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, std::to_string(MOLA_VERSION_MAJOR) + "." +
                            std::to_string(MOLA_VERSION_MINOR) + "." +
                            std::to_string(MOLA_VERSION_PATCH) + "\n");
}

TEST(CommandLine, SaysWhatIsWrongWithIt) {
  expect_error(run("parameters", {}), {"config is required", "--help"});
  expect_error(run("finetune", {"--nope", "a"}), {"--nope", "--help"});
  expect_error(run("logits", {"--model", ""}), {"--model", "is empty"});
}

}  // namespace
}  // namespace mola
