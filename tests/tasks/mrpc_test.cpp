#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "mola/tasks/prompt.h"
#include "mola/tasks/task.h"
#include "support/test_files.h"

namespace mola {
namespace {

constexpr char kHeader[] = "\xEF\xBB\xBFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\n";

std::vector<Example> read(const std::string& path, Split split) {
  return find_task("mrpc").read(path, split, OnBadRow::kStop);
}

std::string prompt_for(const std::string& first, const std::string& second) {
  return alpaca_prompt("Tell me if the statements equivalent, not equivalent.\nSentence 1: " +
                       first + "\nSentence 2: " + second + "\n");
}

TEST(Mrpc, ReadsItsFolder) {
  const TempFolder folder;
  folder.write("train.tsv", std::string(kHeader) + "1\t10\t11\tIt rains .\tRain falls .\n");
  folder.write("dev.tsv", std::string(kHeader) + "0\t12\t13\tHe said \" no .\tShe did .\n");
  folder.write("msr_paraphrase_test.txt", std::string(kHeader) + "1\t14\t15\tA .\tB .\r\n");
  const auto train = read(folder.path(), Split::kTrain);
  ASSERT_EQ(train.size(), 2u);
  EXPECT_EQ(train[0].prompt, prompt_for("It rains .", "Rain falls ."));
  EXPECT_EQ(train[0].response, "Answer: equivalent.");
  EXPECT_EQ(train[1].prompt, prompt_for("He said \" no .", "She did ."));
  EXPECT_EQ(train[1].response, "Answer: not equivalent.");
  const auto validation = read(folder.path(), Split::kValidation);
  ASSERT_EQ(validation.size(), 1u);
  EXPECT_EQ(validation[0].prompt, train[1].prompt);
  const auto test = read(folder.path(), Split::kTest);
  ASSERT_EQ(test.size(), 1u);
  EXPECT_EQ(test[0].prompt, prompt_for("A .", "B ."));
}

TEST(Mrpc, StopsAtTheLimitInEitherFile) {
  const TempFolder folder;
  const std::string header = "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n";
  const std::string row = "1\t1\t2\tIt rains.\tRain falls.\n";
  folder.write("train.tsv", header + row + row);
  folder.write("dev.tsv", header + row + "bad\n");
  const auto count = [&](size_t limit) {
    return find_task("mrpc").read(folder.path(), Split::kTrain, OnBadRow::kStop, limit).size();
  };
  EXPECT_EQ(count(1), 1u);
  EXPECT_EQ(count(2), 2u);
  EXPECT_EQ(count(3), 3u);
  EXPECT_THROW(count(4), Error);
}

TEST(Mrpc, NamesItsAnswers) {
  EXPECT_EQ(find_task("mrpc").answers, (std::vector<std::string>{"equivalent", "not equivalent"}));
}

TEST(Mrpc, RefusesAFileWithoutLabels) {
  const TempFolder folder;
  const std::string file = folder.write(
      "msr_paraphrase_test.txt", "index\t#1 String\t#2 String\n0\tIt rains .\tRain falls .\n");
  EXPECT_EQ(
      message_of<Error>([&] { read(folder.path(), Split::kTest); }),
      file + ":2: column 'Quality': is missing, found the columns #1 String, #2 String, index");
}

TEST(Mrpc, ReadsTheRealFiles) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  const std::string folder = test_data("data/glue/MRPC");
  const auto train = read(folder, Split::kTrain);
  ASSERT_EQ(train.size(), 4076u);
  EXPECT_EQ(train[0].prompt,
            prompt_for("Amrozi accused his brother , whom he called \" the witness \" , of "
                       "deliberately distorting his evidence .",
                       "Referring to him as only \" the witness \" , Amrozi accused his brother of "
                       "deliberately distorting his evidence ."));
  EXPECT_EQ(train[0].response, "Answer: equivalent.");
  const auto validation = read(folder, Split::kValidation);
  ASSERT_EQ(validation.size(), 408u);
  EXPECT_EQ(train[3668].prompt, validation[0].prompt);
  const auto test = read(folder, Split::kTest);
  ASSERT_EQ(test.size(), 1725u);
  size_t equivalent = 0;
  for (const auto& row : test) equivalent += row.response == "Answer: equivalent.";
  EXPECT_EQ(equivalent, 1147u);  // the paper's majority of 66.5 %
}

}  // namespace
}  // namespace mola
