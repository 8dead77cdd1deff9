#include <gtest/gtest.h>

#include <set>

#include "mola/data/documents.h"
#include "mola/tasks/task.h"
#include "support/process.h"

namespace mola {
namespace {

class World : public testing::Test {
 protected:
  void make(const std::string& name, const std::string& seed) {
    const auto result = run("world", {"--output", folder_.path(name), "--seed", seed});
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  std::vector<Example> rows(const std::string& world, Split split) {
    return find_task("cola").read(folder_.path(world + "/CoLA"), split, OnBadRow::kStop);
  }

  TempFolder folder_;
};

TEST_F(World, IsReadAsTextAndAsCola) {
  make("world", "1");
  EXPECT_EQ(read_documents(folder_.path("world/text.jsonl")).size(), 20000u);
  std::set<std::string> prompts;
  int64_t acceptable = 0;
  for (const auto& row : rows("world", Split::kTrain)) prompts.insert(row.prompt);
  EXPECT_EQ(prompts.size(), 4000u);
  for (const auto& row : rows("world", Split::kValidation)) {
    EXPECT_TRUE(prompts.insert(row.prompt).second) << row.prompt;
    acceptable += row.response == "Answer: acceptable." ? 1 : 0;
  }
  EXPECT_EQ(prompts.size(), 4400u);
  EXPECT_NEAR(static_cast<double>(acceptable), 0.6 * 400, 30);
}

TEST_F(World, IsTheSameForTheSameSeed) {
  for (const std::string name : {"first", "again"}) make(name, "3");
  make("other", "4");
  for (const std::string file : {"text.jsonl", "CoLA/train.tsv", "CoLA/dev.tsv"}) {
    const auto first = folder_.read("first/" + file);
    EXPECT_EQ(folder_.read("again/" + file), first) << file;
    EXPECT_NE(folder_.read("other/" + file), first) << file;
  }
}

TEST_F(World, IsNeverWrittenOverAnother) {
  folder_.write("world/mine.txt", "");
  expect_error(run("world", {"--output", folder_.path("world")}), {"already holds files"});
}

}  // namespace
}  // namespace mola
