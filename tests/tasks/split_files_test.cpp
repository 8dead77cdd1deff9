#include "tasks/split_files.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

// Where the first row stands.
std::string first_place(const std::string& path, Split split) {
  const auto rows = open_splits({}, {".json", ".jsonl"})(path, split);
  return rows->next() ? rows->where() : "none";
}

std::string problem(const std::string& path, Split split) {
  return message_of<Error>([&] { first_place(path, split); });
}

TEST(Layout, TakesALoneFileForTheSplitOfItsName) {
  const TempFolder folder;
  const std::string lone = folder.write("lone/alpaca.json", "[{}]");
  folder.write("lone/SOURCE.txt", "");
  EXPECT_EQ(first_place(lone, Split::kTrain), lone + ": row 1");
  EXPECT_EQ(first_place(folder.path("lone"), Split::kTrain), lone + ": row 1");
  EXPECT_EQ(problem(lone, Split::kTest),
            lone + ": is a file of the split train, expected a folder with the split test");
  EXPECT_EQ(
      problem(folder.path("lone"), Split::kTest),
      folder.path("lone") + ": found 1 file of .json, .jsonl, expected one with the name test");
  const std::string test = folder.write("test.jsonl", "{}");
  EXPECT_EQ(first_place(test, Split::kTest), test + ":1");
  EXPECT_EQ(problem(test, Split::kTrain),
            test + ": is a file of the split test, expected a folder with the split train");
}

TEST(Layout, TakesNoLoneFileForAnotherSplitThanItsName) {
  for (const char* file : {"validation.jsonl", "test.jsonl"}) {
    const TempFolder lone;
    lone.write(file, "{}");
    EXPECT_EQ(problem(lone.path(), Split::kTrain),
              lone.path() + ": found 1 file of .json, .jsonl, expected one with the name train");
  }
}

TEST(Layout, ReadsEachFileOfASplitOfTwoNames) {
  const TempFolder folder;
  const std::string train = folder.write("train.json", "[{}]");
  const auto problem_at = [&](const std::string& path) {
    const auto open = open_splits({{"train", "validation"}, {}, {}}, {".json"});
    return message_of<Error>([&] { open(path, Split::kTrain); });
  };
  EXPECT_EQ(problem_at(folder.path()),
            folder.path() + ": found 1 file of .json, expected one with the name validation");
  EXPECT_EQ(problem_at(train),
            train +
                ": is a file of the split train, expected a folder with the split train, "
                "validation");
}

TEST(Layout, NamesTheMissingShard) {
  const TempFolder folder;
  folder.write("train-00000-of-00003.json", "[{}]");
  EXPECT_EQ(problem(folder.path(), Split::kTrain),
            folder.path() + ": found train-00000-of-00003, expected train-00001-of-00003 too");
  folder.write("train-00002-of-00003.json", "[{}]");
  EXPECT_EQ(problem(folder.path(), Split::kTrain),
            folder.path() +
                ": found train-00000-of-00003, train-00002-of-00003, expected "
                "train-00001-of-00003 too");
  folder.write("train-00001-of-00003.json", "[{}]");
  EXPECT_EQ(first_place(folder.path(), Split::kTrain),
            folder.path("train-00000-of-00003.json") + ": row 1");
}

TEST(Layout, ReadsTheFilesOfASplitInOrder) {
  const TempFolder folder;
  folder.write("data/train-00001-of-00002.jsonl", "{}\n");
  folder.write("data/train-00000-of-00002.jsonl", "\n{}\n");
  folder.write("data/validation.json", "[{}]");
  const auto rows = open_splits({}, {".json", ".jsonl"})(folder.path(), Split::kTrain);
  ASSERT_TRUE(rows->next());
  EXPECT_EQ(rows->where(), folder.path("data/train-00000-of-00002.jsonl") + ":2");
  ASSERT_TRUE(rows->next());
  EXPECT_EQ(rows->where(), folder.path("data/train-00001-of-00002.jsonl") + ":1");
  EXPECT_FALSE(rows->next());
  EXPECT_EQ(first_place(folder.path(), Split::kValidation),
            folder.path("data/validation.json") + ": row 1");
  EXPECT_EQ(problem(folder.path("none"), Split::kTrain),
            folder.path("none") + ": no such file or folder");
}

}  // namespace
}  // namespace mola
