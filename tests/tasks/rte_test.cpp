#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "mola/tasks/prompt.h"
#include "mola/tasks/task.h"
#include "support/test_files.h"

namespace mola {
namespace {

std::vector<Example> read(const std::string& path, Split split) {
  return find_task("rte").read(path, split, OnBadRow::kStop);
}

std::string prompt_for(const std::string& first, const std::string& second) {
  return alpaca_prompt("Tell me if the statements entailment, not entailment.\nSentence 1: " +
                       first + "\nSentence 2: " + second + "\n");
}

TEST(Rte, ReadsItsFolder) {
  const std::string header = "index\tsentence1\tsentence2\tlabel\n";
  const TempFolder folder;
  folder.write("train.tsv", header +
                                "0\tIt rains.\tIt is wet.\tentailment\n"
                                "1\tIt rains.\tIt is \"dry\".\tnot_entailment\n");
  folder.write("dev.tsv", header + "0\tA.\tB.\tentailment\n");
  const auto train = read(folder.path(), Split::kTrain);
  ASSERT_EQ(train.size(), 2u);
  EXPECT_EQ(train[0].prompt, prompt_for("It rains.", "It is wet."));
  EXPECT_EQ(train[0].response, "Answer: entailment.");
  EXPECT_EQ(train[1].prompt, prompt_for("It rains.", "It is \"dry\"."));
  EXPECT_EQ(train[1].response, "Answer: not entailment.");
  for (const Split split : {Split::kValidation, Split::kTest}) {
    const auto rows = read(folder.path(), split);
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].prompt, prompt_for("A.", "B."));
  }
}

TEST(Rte, ReadsTheRealFiles) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  const std::string folder = test_data("data/glue/RTE");
  const auto train = read(folder, Split::kTrain);
  ASSERT_EQ(train.size(), 2490u);
  EXPECT_EQ(train[0].prompt, prompt_for("No Weapons of Mass Destruction Found in Iraq Yet.",
                                        "Weapons of Mass Destruction Found in Iraq."));
  EXPECT_EQ(train[0].response, "Answer: not entailment.");
  const auto test = read(folder, Split::kTest);
  ASSERT_EQ(test.size(), 277u);
  size_t entailment = 0;
  for (const auto& row : test) entailment += row.response == "Answer: entailment.";
  EXPECT_EQ(entailment, 146u);  // the paper's majority of 52.7 %
}

}  // namespace
}  // namespace mola
