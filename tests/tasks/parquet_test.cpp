#include <gtest/gtest.h>

#include "mola/tasks/task.h"
#include "support/test_files.h"
#include "tasks/parquet_reader.h"

namespace mola {
namespace {

// Made by tests/reference/make_parquet.py.
std::string reference(const std::string& name) {
  return std::string(MOLA_REFERENCE_DIR) + "/parquet/" + name;
}

std::vector<Example> read(const std::string& task, const std::string& path, Split split,
                          OnBadRow on_bad_row = OnBadRow::kStop) {
  return find_task(task).read(path, split, on_bad_row);
}

#ifdef MOLA_HAS_PARQUET

void expect_same(const std::vector<Example>& found, const std::vector<Example>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].prompt, expected[i].prompt);
    EXPECT_EQ(found[i].response, expected[i].response);
    EXPECT_EQ(found[i].answers, expected[i].answers);
  }
}

TEST(Parquet, GivesTheExamplesOfGlue) {
  const TempFolder folder;
  const std::string header = "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n";
  folder.write("mrpc/train.tsv", header + "1\t1\t2\tIt rains .\tHe said \" no .\n");
  folder.write("mrpc/dev.tsv", header + "0\t1\t2\tA .\tB .\n");
  for (const Split split : {Split::kTrain, Split::kValidation}) {
    expect_same(read("mrpc", reference("mrpc"), split), read("mrpc", folder.path("mrpc"), split));
  }
  folder.write("rte/train.tsv",
               "index\tsentence1\tsentence2\tlabel\n"
               "0\tIt rains.\tIt is wet.\tentailment\n"
               "1\tIt rains.\tIt is dry.\tnot_entailment\n"
               "2\tIt pours.\tIt rains.\tentailment\n");
  expect_same(read("rte", reference("rte"), Split::kTrain),
              read("rte", folder.path("rte"), Split::kTrain));
}

TEST(Parquet, GivesTheExamplesOfMultipleChoice) {
  const TempFolder folder;
  folder.write("problems.json", R"({
    "1": {"question": "Which?", "choices": ["one", "two", "three"], "answer": 1, "hint": "",
          "image": null},
    "2": {"question": "What is seen?", "choices": ["a", "b"], "answer": 0, "hint": "",
          "image": "image.png"},
    "3": {"question": "How?\nSo?", "choices": ["yes", "no"], "answer": 0, "hint": "Look.",
          "image": null}})");
  folder.write("pid_splits.json", R"({"test": ["1", "2", "3"]})");
  expect_same(read("scienceqa", reference("scienceqa"), Split::kTest),
              read("scienceqa", folder.path(), Split::kTest));
  folder.write("dev_rand_split.jsonl",
               R"({"answerKey": "E", "question": {"stem": "Where?", "choices": [)"
               R"({"label": "A", "text": "here"}, {"label": "B", "text": "there"}, )"
               R"({"label": "C", "text": "nowhere"}, {"label": "D", "text": "sea"}, )"
               R"({"label": "E", "text": "air"}]}})");
  expect_same(read("commonsenseqa", reference("commonsenseqa"), Split::kTest),
              read("commonsenseqa", folder.path(), Split::kTest));
  folder.write("Data/Main/test.jsonl",
               R"({"answerKey": "A", "question": {"stem": "The sun is", "choices": [)"
               R"({"label": "A", "text": "hot"}, {"label": "B", "text": "cold"}, )"
               R"({"label": "C", "text": "wet"}, {"label": "D", "text": "near"}]}})");
  expect_same(read("openbookqa", reference("openbookqa"), Split::kTest),
              read("openbookqa", folder.path(), Split::kTest));
}

TEST(Parquet, NamesTheRowThatCannotBeUsed) {
  const std::string cola = reference("cola/train-00000-of-00001.parquet");
  EXPECT_EQ(message_of<Error>([&] { read("cola", reference("cola"), Split::kTrain); }),
            cola + ": row 3: column 'label': found '-1', expected one of 0, 1");
  testing::internal::CaptureStderr();
  auto rows = read("cola", cola, Split::kTrain, OnBadRow::kSkip);
  EXPECT_NE(testing::internal::GetCapturedStderr().find(cola + ": row 3: "), std::string::npos);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_NE(rows[1].prompt.find("Sentence: Cat\tthe \\ s\u00e4t.\n"), std::string::npos);

  const std::string text = reference("text/1M-GPT4-Augmented.parquet");
  EXPECT_EQ(message_of<Error>([&] { read("text", text, Split::kTrain); }),
            text + ": row 2: column 'response': found no text, expected some");
  const std::string broken = reference("broken/train.parquet");
  EXPECT_EQ(message_of<Error>([&] { read("text", broken, Split::kTrain); }),
            broken +
                ": row 1: column 'question': found text that is not UTF-8, expected text, finite "
                "numbers, true or false, dates, bytes, or lists or structs of these");
  EXPECT_EQ(
      message_of<Error>([&] { read("text", cola, Split::kTrain); }),
      cola + ": row 1: column 'question': is missing, found the columns idx, label, sentence");
}

TEST(Parquet, ReadsEachTypeOfText) {
  const auto rows = read("text", reference("types"), Split::kTrain);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].prompt, "Why?\n");
  EXPECT_EQ(rows[1].prompt, "How?\n");
  EXPECT_EQ(rows[1].response, "Thus.");
  ParquetReader reader(reference("types/train.parquet"));
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.text(), R"({"question":"Why?","response":"So.","about":"x","image":true})");
}

constexpr const char* kSupported =
    ", expected text, finite numbers, true or false, dates, bytes, or lists or structs of these";

TEST(Parquet, NamesTheTypeThatIsNoText) {
  ParquetReader reader(reference("decimal/train.parquet"));
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(
      message_of<Error>([&] { reader.row().texts("response"); }),
      std::string("column 'response': found a value of the type decimal128(3, 1)") + kSupported);
}

TEST(Parquet, PassesOverUnsupportedValuesOfOtherColumns) {
  const auto rows = read("text", reference("unsupported"), Split::kTrain);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].prompt, "Why?\n");
  EXPECT_EQ(rows[2].response, "Now.");
}

TEST(Parquet, NamesTheValueThatIsNotFinite) {
  ParquetReader reader(reference("unsupported/train.parquet"));
  ASSERT_TRUE(reader.next());
  const Row first = reader.row();
  EXPECT_EQ(message_of<Error>([&] { first.label("score"); }),
            std::string("column 'score': found nan") + kSupported);
  EXPECT_EQ(message_of<Error>([&] { first.has("score"); }),
            std::string("column 'score': found nan") + kSupported);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.row().label("score"), "2.5");
  EXPECT_EQ(message_of<Error>([&] { reader.row().object("more").texts("x"); }),
            std::string("column 'more.x': found inf") + kSupported);
}

TEST(Parquet, RefusesAnotherFileAndAnotherSplit) {
  const TempFolder folder;
  const std::string file = folder.write("train.parquet", "no Parquet");
  const std::string message = message_of<Error>([&] { read("text", file, Split::kTrain); });
  EXPECT_EQ(message.rfind(file + ": cannot be read as Parquet: ", 0), 0u) << message;
  EXPECT_EQ(message_of<Error>([&] { read("text", file, Split::kTest); }),
            file + ": is a file of the split train, expected a folder with the split test");
  EXPECT_EQ(message_of<Error>([&] { read("rte", reference("rte"), Split::kTest); }),
            reference("rte") +
                ": found 2 files of .parquet, expected one with the name validation (nearest: "
                "train-00000-of-00002.parquet)");
}

TEST(Parquet, IsNotReadNextToThePublishersFiles) {
  const TempFolder folder;
  folder.write("train.tsv", "sentence1\tsentence2\tlabel\n");
  folder.write("train.parquet", "");
  EXPECT_EQ(message_of<Error>([&] { read("rte", folder.path(), Split::kTrain); }),
            folder.path() +
                ": found Parquet files and the files of the publisher, expected only one of them");
}

#else

TEST(Parquet, SaysWhatToInstall) {
  const std::string file = reference("broken/train.parquet");
  EXPECT_EQ(message_of<Error>([&] { read("text", file, Split::kTrain); }),
            file +
                ": is a Parquet file, and this mola was built without Apache Arrow; run "
                "tools/setup.sh, or install libarrow-dev and libparquet-dev, and "
                "re-run CMake");
}

#endif

}  // namespace
}  // namespace mola
