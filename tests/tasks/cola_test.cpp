#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "mola/tasks/prompt.h"
#include "mola/tasks/task.h"
#include "support/test_files.h"

namespace mola {
namespace {

std::vector<Example> read(const std::string& path, Split split) {
  return find_task("cola").read(path, split, OnBadRow::kStop);
}

std::string prompt_for(const std::string& sentence) {
  return alpaca_prompt("Tell me if the statement unacceptable, acceptable.\nSentence: " + sentence +
                       "\n");
}

TEST(Cola, ReadsItsFolder) {
  const TempFolder folder;
  folder.write("train.tsv", "gj04\t1\t\tThe cat sat.\ngj04\t0\t*\tCat the sat.\n");
  folder.write("dev.tsv", "gj04\t1\t\tIt \"rains\".");
  const auto train = read(folder.path(), Split::kTrain);
  ASSERT_EQ(train.size(), 2u);
  EXPECT_EQ(train[0].prompt, prompt_for("The cat sat."));
  EXPECT_EQ(train[0].response, "Answer: acceptable.");
  EXPECT_EQ(train[1].response, "Answer: unacceptable.");
  for (const Split split : {Split::kValidation, Split::kTest}) {
    const auto rows = read(folder.path(), split);
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].prompt, prompt_for("It \"rains\"."));
  }
}

TEST(Cola, NamesItsAnswers) {
  EXPECT_EQ(find_task("cola").answers, (std::vector<std::string>{"acceptable", "unacceptable"}));
}

TEST(Cola, NamesTheMissingFileAndTheBadLine) {
  const TempFolder folder;
  EXPECT_EQ(message_of<Error>([&] { read(folder.path(), Split::kTest); }),
            folder.path("dev.tsv") + ": no such file, but the task reads it");
  const std::string file =
      folder.write("train.tsv", "gj04\t1\t\tIt rains.\ngj04\tyes\t\tIt pours.\n");
  EXPECT_EQ(message_of<Error>([&] { read(folder.path(), Split::kTrain); }),
            file + ":2: column 'label': found 'yes', expected one of 0, 1");
}

TEST(Cola, ReadsTheRealFiles) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  const std::string folder = test_data("data/glue/CoLA");
  const auto train = read(folder, Split::kTrain);
  ASSERT_EQ(train.size(), 8551u);
  EXPECT_EQ(train[0].prompt,
            prompt_for("Our friends won't buy this analysis, let alone the next one "
                       "we propose."));
  EXPECT_EQ(train[0].response, "Answer: acceptable.");
  const auto test = read(folder, Split::kTest);
  ASSERT_EQ(test.size(), 1043u);
  EXPECT_EQ(test[0].prompt, prompt_for("The sailors rode the breeze clear of the rocks."));
  size_t acceptable = 0;
  for (const auto& row : test) acceptable += row.response == "Answer: acceptable.";
  EXPECT_EQ(acceptable, 721u);  // the paper's majority of 69.1 %
}

}  // namespace
}  // namespace mola
