#include <gtest/gtest.h>

#include <set>

#include "mola/data/documents.h"
#include "mola/tasks/task.h"
#include "support/process.h"

namespace mola {
namespace {

class ToyData : public testing::Test {
 protected:
  void make(const std::string& name, const std::string& seed) {
    const auto result = run("toy-data", {"--output", folder_.path(name), "--seed", seed});
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  std::vector<Example> rows(const std::string& name, Split split) {
    return find_task("cola").read(folder_.path(name + "/CoLA"), split, OnBadRow::kStop);
  }

  TempFolder folder_;
};

TEST_F(ToyData, IsReadAsTextAndAsCola) {
  make("toy", "1");
  EXPECT_EQ(read_documents(folder_.path("toy/text.jsonl")).size(), 20000u);
  std::set<std::string> prompts;
  int64_t acceptable = 0;
  for (const auto& row : rows("toy", Split::kTrain)) prompts.insert(row.prompt);
  EXPECT_EQ(prompts.size(), 4000u);
  for (const auto& row : rows("toy", Split::kValidation)) {
    EXPECT_TRUE(prompts.insert(row.prompt).second) << row.prompt;
    acceptable += row.response == "Answer: acceptable." ? 1 : 0;
  }
  EXPECT_EQ(prompts.size(), 4400u);
  EXPECT_NEAR(static_cast<double>(acceptable), 0.6 * 400, 30);
}

TEST_F(ToyData, IsTheSameForTheSameSeed) {
  for (const std::string name : {"first", "again"}) make(name, "3");
  make("other", "4");
  for (const std::string file : {"text.jsonl", "CoLA/train.tsv", "CoLA/dev.tsv"}) {
    const auto first = folder_.read("first/" + file);
    EXPECT_EQ(folder_.read("again/" + file), first) << file;
    EXPECT_NE(folder_.read("other/" + file), first) << file;
  }
}

TEST_F(ToyData, IsNeverWrittenOverAnother) {
  folder_.write("toy/mine.txt", "");
  expect_error(run("toy-data", {"--output", folder_.path("toy")}), {"already holds files"});
}

}  // namespace
}  // namespace mola
