#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "mola/tasks/prompt.h"
#include "mola/tasks/task.h"
#include "support/test_files.h"

namespace mola {
namespace {

class MultipleChoice : public testing::Test {
 protected:
  std::vector<Example> scienceqa(const std::string& problem,
                                 OnBadRow on_bad_row = OnBadRow::kStop) {
    folder_.write("pid_splits.json", R"({"train": [], "val": ["7"], "test": []})");
    folder_.write("problems.json", "{\"7\": " + problem + "}");
    return find_task("scienceqa").read(folder_.path(), Split::kValidation, on_bad_row);
  }

  std::vector<Example> commonsenseqa(const std::string& row) {
    folder_.write("train_rand_split.jsonl", row);
    return find_task("commonsenseqa").read(folder_.path(), Split::kTrain, OnBadRow::kStop);
  }

  const TempFolder folder_;
};

TEST_F(MultipleChoice, OfScienceQaHasAContext) {
  auto rows = scienceqa(
      R"({"question": "Which?\nSo?", "choices": ["one", "two"], "answer": 1, "hint": "",
          "image": null})");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].prompt,
            alpaca_prompt("Context: N/A\nQuestion: Which?\nSo?\nOptions: (A) one (B) two\n"));
  EXPECT_EQ(rows[0].response, "Answer: The answer is B.");
  EXPECT_EQ(rows[0].answers, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(rows[0].place, folder_.path("problems.json") + ": problem 7");
  rows = scienceqa(R"({"question": "Who?", "choices": ["a", "b"], "answer": 0, "hint": " \n"})");
  EXPECT_EQ(rows.at(0).prompt,
            alpaca_prompt("Context: N/A\nQuestion: Who?\nOptions: (A) a (B) b\n"));
  rows = scienceqa(
      R"({"question": "Who?", "choices": ["a", "b", "c"], "answer": 0, "hint": "Look."})");
  EXPECT_EQ(rows.at(0).prompt,
            alpaca_prompt("Context: Look.\nQuestion: Who?\nOptions: (A) a (B) b (C) c\n"));
  EXPECT_EQ(rows.at(0).answers.size(), 3u);
  EXPECT_TRUE(
      scienceqa(R"({"question": "?", "choices": ["a", "b"], "answer": 0, "image": "x"})").empty());
}

TEST_F(MultipleChoice, OfCommonsenseQaHasNone) {
  const auto rows =
      commonsenseqa(R"({"answerKey": "B", "question": {"stem": "Where?", "choices": [)"
                    R"({"label": "A", "text": "here"}, {"label": "B", "text": "there"}]}})");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].prompt, alpaca_prompt("Question: Where?\nOptions: (A) here (B) there\n"));
  EXPECT_EQ(rows[0].response, "Answer: The answer is B.");
}

TEST_F(MultipleChoice, NamesTheProblemThatCannotBeUsed) {
  const auto problem = [&](const std::string& rest) {
    const std::string found = message_of<Error>(
        [&] { scienceqa(R"({"question": "Which?", "hint": "", )" + rest + "}"); });
    const std::string where = folder_.path("problems.json") + ": problem 7: ";
    EXPECT_EQ(found.substr(0, where.size()), where);
    return found.substr(where.size());
  };
  EXPECT_EQ(problem(R"("choices": ["a", "b"], "answer": 2)"),
            "column 'answer': found 2, expected a number from 0 to 1, one for each option");
  EXPECT_EQ(problem(R"("choices": ["a", "b"], "answer": -1)"),
            "column 'answer': found -1, expected a number from 0 to 1, one for each option");
  EXPECT_EQ(problem(R"("choices": ["a", "b"], "answer": "B")"),
            "column 'answer': found \"B\", expected a whole number");
  EXPECT_EQ(problem(R"("choices": ["a", "b"])"),
            "column 'answer': is missing, found the columns choices, hint, question");
  EXPECT_EQ(problem(R"("choices": ["a"], "answer": 0)"), "found 1 options, expected 2 to 5");
  EXPECT_EQ(problem(R"("choices": ["1", "2", "3", "4", "5", "6"], "answer": 0)"),
            "found 6 options, expected 2 to 5");
  EXPECT_EQ(problem(R"("choices": ["a", " "], "answer": 0)"),
            "column 'choices': found no text at position 2, expected some");
  EXPECT_EQ(
      problem("\"choices\": [\"a\", \"\xE9\"], \"answer\": 0").rfind("found invalid UTF-8", 0), 0u);
  testing::internal::CaptureStderr();
  EXPECT_TRUE(scienceqa("{}", OnBadRow::kSkip).empty());
  EXPECT_NE(testing::internal::GetCapturedStderr().find("problem 7: column 'choices'"),
            std::string::npos);
}

TEST_F(MultipleChoice, NamesTheLineThatCannotBeUsed) {
  const auto problem = [&](const std::string& row) {
    const std::string found = message_of<Error>([&] { commonsenseqa(row); });
    const std::string where = folder_.path("train_rand_split.jsonl") + ":1: ";
    EXPECT_EQ(found.substr(0, where.size()), where);
    return found.substr(where.size());
  };
  const std::string question =
      R"("question": {"stem": "Where?", "choices": [)"
      R"({"label": "A", "text": "here"}, {"label": "B", "text": "there"}]})";
  EXPECT_EQ(problem("{\"answerKey\": \"C\", " + question + "}"),
            "column 'answerKey': found 'C', expected one of A, B");
  EXPECT_EQ(problem(R"({"answerKey": "A", "question": {"stem": "Where?"}})"),
            "column 'question.choices': is missing, found the columns stem");
  EXPECT_EQ(problem(R"({"answerKey": "A", "question": "Where?"})"),
            "column 'question': found string, expected an object");
}

TEST_F(MultipleChoice, NamesTheProblemThatIsMissing) {
  folder_.write("pid_splits.json", R"({"train": ["8", "9"]})");
  folder_.write("problems.json", R"({"9": {"question": "?", "choices": ["a", "b"], "answer": 0}})");
  const auto read = [&](Split split, OnBadRow on_bad_row = OnBadRow::kStop) {
    return find_task("scienceqa").read(folder_.path(), split, on_bad_row);
  };
  EXPECT_EQ(
      message_of<Error>([&] { read(Split::kTrain); }),
      folder_.path("problems.json") + ": problem 8: is missing, but pid_splits.json names it");
  testing::internal::CaptureStderr();
  EXPECT_EQ(read(Split::kTrain, OnBadRow::kSkip).size(), 1u);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("problem 8: is missing"),
            std::string::npos);
  EXPECT_EQ(
      message_of<Error>([&] { read(Split::kTest); }),
      folder_.path("pid_splits.json") + ": column 'test': is missing, found the columns train");
}

}  // namespace
}  // namespace mola
