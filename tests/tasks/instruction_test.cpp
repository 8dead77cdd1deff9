#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "mola/tasks/prompt.h"
#include "mola/tasks/task.h"
#include "support/test_files.h"

namespace mola {
namespace {

std::vector<Example> read(const std::string& path, OnBadRow on_bad_row = OnBadRow::kStop) {
  return find_task("instruction").read(path, Split::kTrain, on_bad_row);
}

TEST(Instruction, TakesTheTemplateWithOrWithoutInput) {
  const TempFolder folder;
  const auto rows = read(folder.write("a.json", R"([
    {"instruction": "Translate.", "input": "rot", "output": "red"},
    {"instruction": "Name a colour.", "input": "", "output": "Red\n"},
    {"instruction": "Name another.", "output": "Blue", "id": 7}])"));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].prompt, alpaca_prompt("Translate.", "rot"));
  EXPECT_EQ(rows[0].response, "red");
  EXPECT_EQ(rows[1].prompt, alpaca_prompt("Name a colour."));
  EXPECT_EQ(rows[1].response, "Red\n");
  EXPECT_EQ(rows[2].prompt, alpaca_prompt("Name another."));
}

TEST(Instruction, NamesTheBadRow) {
  const TempFolder folder;
  const std::string file = folder.write("a.jsonl", R"({"instruction": "Go.", "output": ""})");
  EXPECT_EQ(message_of<Error>([&] { read(file); }),
            file + ":1: column 'output': found no text, expected some");
}

// 4998 of the 5000 rows have an output.
TEST(Instruction, ReadsTheRealFile) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  testing::internal::CaptureStderr();
  const auto rows = read(test_data("data/alpaca"), OnBadRow::kSkip);
  testing::internal::GetCapturedStderr();
  ASSERT_EQ(rows.size(), 4998u);
  EXPECT_EQ(
      rows[2].prompt,
      alpaca_prompt("Categorize the following fruit as either a citrus or a non-citrus fruit.",
                    "Banana"));
  EXPECT_EQ(rows[2].response, "Non-citrus fruit.");
}

}  // namespace
}  // namespace mola
