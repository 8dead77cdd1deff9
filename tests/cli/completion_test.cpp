#include <gtest/gtest.h>

#include "support/process.h"

namespace mola {
namespace {

class Completion : public testing::Test {
 protected:
  Completion() { write("bash", "mola.bash"); }

  void write(const std::string& shell, const std::string& file) {
    const auto result = run("completion", {shell, "--output", folder_.path(file)});
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }

  static ProcessResult shell(const std::string& name, const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {"/usr/bin/env", name};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return Process(all).wait();
  }

  // What bash offers for the last of `words`, one a line.
  std::string offered(const std::vector<std::string>& words) {
    std::string script =
        "source " + folder_.path("mola.bash") + "\ncd " + folder_.path() + "\nCOMP_WORDS=(";
    for (const auto& word : words) script += "'" + word + "' ";
    script += ")\nCOMP_CWORD=" + std::to_string(words.size() - 1) +
              "\n_mola\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
    const auto result = shell("bash", {"-euc", script});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    return result.out;
  }

  TempFolder folder_;
};

TEST_F(Completion, OffersCommands) {
  EXPECT_EQ(offered({"mola", "p"}), "pretrain\nprune\npreview\nparameters\n");
  EXPECT_EQ(offered({"mola", "--v"}), "--version\n");
  EXPECT_EQ(offered({"mola", "unknown", ""}), "\n");
}

TEST_F(Completion, OffersOptions) {
  EXPECT_EQ(offered({"mola", "finetune", "--re"}), "--resume\n");
  EXPECT_EQ(offered({"mola", "evaluate", "--model", "a", "--max"}), "--max-new-tokens\n");
}

TEST_F(Completion, OffersTheChoicesOfAnOption) {
  EXPECT_EQ(offered({"mola", "evaluate", "--dtype", ""}), "auto\nf32\nbf16\n");
  EXPECT_EQ(offered({"mola", "evaluate", "--dtype", "=", "f"}), "f32\n");
  EXPECT_EQ(offered({"mola", "evaluate", "--dtype", "="}), "auto\nf32\nbf16\n");
  EXPECT_EQ(offered({"mola", "prune", "--method", ""}), "redundancy\nload\n");
  EXPECT_EQ(offered({"mola", "preview", "--task", "co"}), "cola\ncommonsenseqa\n");
  EXPECT_EQ(offered({"mola", "evaluate", "--limit", ""}), "\n");
}

TEST_F(Completion, OffersFilesAndFolders) {
  folder_.write("my run.json", "{}");
  folder_.write("my model/config.json", "{}");
  EXPECT_EQ(offered({"mola", "evaluate", "--model", "my"}), "my model\n");
  const auto configs = offered({"mola", "finetune", "my"});
  EXPECT_NE(configs.find("my run.json\n"), std::string::npos) << configs;
  EXPECT_NE(configs.find("my model\n"), std::string::npos) << configs;
}

TEST_F(Completion, OfZshIsWellFormed) {
  if (shell("zsh", {"-c", "true"}).exit_code != 0) GTEST_SKIP() << "zsh is not installed";
  write("zsh", "_mola");
  const auto result = shell("zsh", {"-n", folder_.path("_mola")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

}  // namespace
}  // namespace mola
