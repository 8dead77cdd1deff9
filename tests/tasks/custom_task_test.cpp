#include "tasks/custom_task.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "mola/tasks/prompt.h"
#include "support/test_files.h"

namespace mola {
namespace {

class CustomTask : public testing::Test {
 protected:
  Task task(const std::string& text) { return find_task(folder_.write("task.json", text)); }

  // What is wrong, after the path.
  std::string problem(const std::string& text) {
    const std::string found = message_of<Error>([&] { task(text); });
    const std::string path = folder_.path("task.json: ");
    EXPECT_EQ(found.rfind(path, 0), 0u) << found;
    return found.substr(path.size());
  }

  const TempFolder folder_;
};

TEST_F(CustomTask, ClassifiesByTheValuesOfAColumn) {
  const auto boolq = task(R"({
    "name": "boolq", "files": {"train": "train.jsonl", "test": "dev.tsv"},
    "prompt": "Passage: {passage}\nTell me {{yes or no}}: {question.text}?\n",
    "answer": {"column": "answer", "values": {"true": "yes", "false": "no"}}, "metric": "f1"})");
  EXPECT_EQ(boolq.name, "boolq");
  EXPECT_EQ(boolq.answers, (std::vector<std::string>{"yes", "no"}));
  EXPECT_EQ(boolq.metric, Metric::kF1);
  const auto file = folder_.write(
      "train.jsonl", R"({"passage": "It is 7.", "question": {"text": "is it"}, "answer": true})");
  auto rows = boolq.read(folder_.path(), Split::kTrain, OnBadRow::kStop);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].prompt, alpaca_prompt("Passage: It is 7.\nTell me {yes or no}: is it?\n"));
  EXPECT_EQ(rows[0].response, "Answer: yes.");
  EXPECT_EQ(rows[0].place, file + ":1");
  folder_.write("dev.tsv", "answer\tpassage\tquestion.text\nfalse\tA.\tb\n");
  rows = boolq.read(folder_.path(), Split::kTest, OnBadRow::kStop);
  EXPECT_EQ(rows.at(0).response, "Answer: no.");
  EXPECT_EQ(
      message_of<Error>([&] { boolq.read(folder_.path(), Split::kValidation, OnBadRow::kStop); }),
      folder_.path() + ": the task names no file for the split validation");
}

TEST_F(CustomTask, ChoosesAmongOptions) {
  const auto arc = task(R"({
    "name": "arc", "prompt": "{question}\nOptions: {options}\n",
    "answer": {"column": "answer", "options": "choices"}})");
  folder_.write("data/test.json", R"([
    {"question": "Which?", "choices": ["a", "b", "c"], "answer": 2},
    {"question": "Who?", "choices": ["x", "y"], "answer": "A"}])");
  const auto rows = arc.read(folder_.path("data"), Split::kTest, OnBadRow::kStop);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].prompt, alpaca_prompt("Which?\nOptions: (A) a (B) b (C) c\n"));
  EXPECT_EQ(rows[0].response, "Answer: The answer is C.");
  EXPECT_EQ(rows[0].answers, (std::vector<std::string>{"A", "B", "C"}));
  EXPECT_EQ(rows[1].response, "Answer: The answer is A.");
}

TEST_F(CustomTask, CountsOptionsFromTheFirst) {
  const auto arc = task(R"({
    "name": "arc", "prompt": "{question.stem}\n{options}\n",
    "answer": {"column": "question.key", "options": "choices.text", "first": 1}})");
  const auto read = [&](const std::string& key) {
    const auto file = folder_.write("a.jsonl", R"({"question": {"stem": "Which?", "key": ")" + key +
                                                   R"("}, "choices": {"text": ["a", "b"]}})");
    return arc.read(file, Split::kTrain, OnBadRow::kStop).at(0);
  };
  EXPECT_EQ(read("1").prompt, alpaca_prompt("Which?\n(A) a (B) b\n"));
  EXPECT_EQ(read("1").response, "Answer: The answer is A.");
  EXPECT_EQ(read("2").response, "Answer: The answer is B.");
  EXPECT_EQ(read("B").response, "Answer: The answer is B.");
  for (const char* key : {"0", "3"}) {
    EXPECT_EQ(message_of<Error>([&] { read(key); }),
              folder_.path("a.jsonl") + ":1: column 'question.key': found " + key +
                  ", expected a number from 1 to 2, one for each option");
  }
}

TEST_F(CustomTask, RespondsFreely) {
  const auto sum = task(R"({"name": "sum", "prompt": "{a} + {b} = ", "template": "none",
                            "response": "{sum}."})");
  EXPECT_TRUE(sum.answers.empty());
  const auto rows = sum.read(folder_.write("a.jsonl", R"({"a": 1, "b": 2, "sum": "3"})"),
                             Split::kTrain, OnBadRow::kStop);
  EXPECT_EQ(rows.at(0).prompt, "1 + 2 = ");
  EXPECT_EQ(rows.at(0).response, "3.");
}

TEST_F(CustomTask, NamesTheBadRow) {
  const auto boolq = task(R"({"name": "boolq", "prompt": "{passage}",
    "answer": {"column": "answer", "values": {"1": "yes", "0": "no"}}})");
  const auto problem_of = [&](const std::string& row) {
    const auto file = folder_.write("a.jsonl", row);
    const auto found = message_of<Error>([&] { boolq.read(file, Split::kTrain, OnBadRow::kStop); });
    EXPECT_EQ(found.rfind(file + ":1: ", 0), 0u) << found;
    return found.substr(file.size() + 4);
  };
  EXPECT_EQ(problem_of(R"({"pasage": "A.", "answer": 1})"),
            "column 'passage': is missing, found the columns answer, pasage");
  EXPECT_EQ(problem_of(R"({"passage": "A.", "answer": 2})"),
            "column 'answer': found '2', expected one of 1, 0");
  EXPECT_EQ(problem_of(R"({"passage": "", "answer": 1})"),
            "column 'passage': found no text, expected some");
}

TEST_F(CustomTask, RefusesAnAnswerThatCannotBeParsed) {
  const auto problem_of = [&](const std::string& yes, const std::string& no) {
    return problem(R"({"name": "x", "prompt": "{a}", "answer": {"column": "c", "values": {"1": ")" +
                   yes + R"(", "0": ")" + no + R"("}}})");
  };
  EXPECT_EQ(problem_of(" yes", "no"),
            "answer.values: found ' yes', which begins with a space and cannot be distinguished "
            "from the text around it");
  EXPECT_EQ(problem_of("yes", "The answer is no"),
            "answer.values: found 'The answer is no', which begins with 'The answer is' and cannot "
            "be distinguished from the text around it");
  EXPECT_EQ(problem_of("yes", "yes."),
            "answer.values: found 'yes' and 'yes.', which cannot be distinguished");
}

TEST_F(CustomTask, RefusesADescriptionThatIsWrong) {
  const std::string answer = R"("answer": {"column": "c", "values": {"0": "no", "1": "yes"}})";
  EXPECT_EQ(problem(R"({"prompt": "{a}", )" + answer + "}"), "name: is missing");
  EXPECT_EQ(problem(R"({"name": "x", )" + answer + "}"), "prompt: is missing");
  EXPECT_EQ(problem(R"({"name": "x", "promt": "y", "prompt": "{a}", )" + answer + "}"),
            "promt: unknown key, found with the value \"y\" (nearest valid key: prompt)");
  EXPECT_EQ(problem(R"({"name": "x", "prompt": "a {b", )" + answer + "}"),
            "prompt: found '{b', expected {COLUMN}, or {{ or }} for a brace");
  EXPECT_EQ(problem(R"({"name": "x", "prompt": "a } b", )" + answer + "}"),
            "prompt: found '} b', expected {COLUMN}, or {{ or }} for a brace");
  EXPECT_EQ(problem(R"({"name": "x", "prompt": "{a}"})"),
            "answer: expected either answer or response");
  EXPECT_EQ(problem(R"({"name": "x", "prompt": "{a}", "answer": {"column": "c"}})"),
            "answer.values: expected either values or options");
  EXPECT_EQ(
      problem(R"({"name": "x", "prompt": "{a}", "answer": {"column": "c", "values": {"1": 2}}})"),
      "answer.values: found 2 for '1', expected a text");
  EXPECT_EQ(
      problem(R"({"name": "x", "prompt": "{a}", "answer": {"column": "c", "values": {"1": "a"}}})"),
      "answer.values: found {\"1\":\"a\"}, expected an object of two or more");
  EXPECT_EQ(problem(R"({"name": "x", "prompt": "{a}", "answer": {"column": "c",
                        "values": {"0": "no", "1": "no"}}})"),
            "answer.values: found the answer 'no' for every value, expected two different answers "
            "or more");
  EXPECT_EQ(
      problem(
          R"({"name": "x", "prompt": "{{options}}", "answer": {"column": "c", "options": "o"}})"),
      "prompt: has no {options}, expected it with answer.options");
  EXPECT_EQ(problem(R"({"name": "x", "prompt": "{a}", "answer": {"column": "c", "first": 1,
                        "values": {"0": "no", "1": "yes"}}})"),
            "answer.first: applies to answer.options only");
  EXPECT_EQ(problem(R"({"name": "x", "prompt": "{a}", "metric": "f1", "response": "{b}"})"),
            "metric: applies to tasks with two answers only, found 0");
  EXPECT_EQ(problem(R"({"name": "x", "prompt": "{a}", "files": {"dev": "a"}, "response": "{b}"})"),
            "files.dev: unknown key, found with the value \"a\" (nearest valid key: files.test)");
}

}  // namespace
}  // namespace mola
