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
  EXPECT_EQ(problem(folder.path("lone"), Split::kTest),
            folder.path("lone") +
                ": found 1 files of .json, .jsonl, expected one with the name test (nearest: "
                "alpaca.json)");
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
              lone.path() +
                  ": found 1 files of .json, .jsonl, expected one with the name train (nearest: " +
                  file + ")");
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
            folder.path() +
                ": found 1 files of .json, expected one with the name validation (nearest: "
                "train.json)");
  EXPECT_EQ(problem_at(train),
            train +
                ": is a file of the split train, expected a folder with the split train, "
                "validation");
}

TEST(Layout, NamesTheMissingShard) {
  const TempFolder folder;
  folder.write("train-00000-of-00003.json", "[{}]");
  EXPECT_EQ(problem(folder.path(), Split::kTrain),
            folder.path() + ": found train-00000-of-00003.json, expected train-00001-of-00003 too");
  folder.write("train-00002-of-00003.json", "[{}]");
  EXPECT_EQ(problem(folder.path(), Split::kTrain),
            folder.path() +
                ": found train-00000-of-00003.json, train-00002-of-00003.json, expected "
                "train-00001-of-00003 too");
  folder.write("train-00001-of-00003.json", "[{}]");
  EXPECT_EQ(first_place(folder.path(), Split::kTrain),
            folder.path("train-00000-of-00003.json") + ": row 1");
  // Older files of the hub have a hash behind, and this one is a shard that is there already.
  folder.write("train-00001-of-00003-0f1e.json", "[{}]");
  EXPECT_EQ(problem(folder.path(), Split::kTrain),
            folder.path() +
                ": found train-00000-of-00003.json, train-00001-of-00003-0f1e.json, "
                "train-00001-of-00003.json, train-00002-of-00003.json, expected each of 3 shards "
                "once");
}

TEST(Layout, RefusesSeveralFilesOrSetsOfOneSplit) {
  const auto found = [](const std::vector<std::string>& files) {
    const TempFolder folder;
    for (const auto& file : files) folder.write(file, "{}\n");
    const std::string text = problem(folder.path(), Split::kTrain);
    const std::string begin = folder.path() + ": found ";
    const std::string end = " for the split train, expected one file or one set of shards";
    EXPECT_EQ(text.substr(0, begin.size()), begin);
    EXPECT_EQ(text.substr(text.size() - std::min(end.size(), text.size())), end);
    return text.substr(begin.size(), text.size() - begin.size() - end.size());
  };
  EXPECT_EQ(found({"train.json", "train.jsonl"}), "train.json, train.jsonl");
  EXPECT_EQ(found({"train.jsonl", "data/train.jsonl"}), "data/train.jsonl, train.jsonl");
  EXPECT_EQ(found({"train.jsonl", "train-00000-of-00001.jsonl"}),
            "train-00000-of-00001.jsonl, train.jsonl");
  EXPECT_EQ(found({"train-00000-of-00001.jsonl", "train-00000-of-00002.jsonl",
                   "train-00001-of-00002.jsonl"}),
            "train-00000-of-00001.jsonl, train-00000-of-00002.jsonl");
  EXPECT_EQ(found({"train-00000-of-00001.json", "train-00000-of-00001.jsonl"}),
            "train-00000-of-00001.json, train-00000-of-00001.jsonl");
}

TEST(Layout, WarnsAboutFilesThatOnlyBeginLikeASplit) {
  const TempFolder folder;
  const std::string train = folder.write("train.jsonl", "{}\n");
  for (const char* name : {"train-old.jsonl", "train.tsv", "train (1).jsonl", "train2.jsonl",
                           "training.jsonl", "test.jsonl", "my-train.jsonl"}) {
    folder.write(name, "{}\n");
  }
  testing::internal::CaptureStderr();
  const auto rows = open_splits({}, {".json", ".jsonl"})(folder.path(), Split::kTrain);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(
      log.find(folder.path() +
               ": the split train is train.jsonl; not read: train (1).jsonl, train-old.jsonl, "
               "train.tsv, train2.jsonl, training.jsonl\n"),
      std::string::npos)
      << log;
  ASSERT_TRUE(rows->next());
  EXPECT_EQ(rows->where(), train + ":1");
  EXPECT_FALSE(rows->next());
}

TEST(Layout, TakesNoFileThatOnlyBeginsLikeASplit) {
  const TempFolder folder;
  folder.write("train-old.jsonl", "{}\n");
  folder.write("test.jsonl", "{}\n");
  EXPECT_EQ(problem(folder.path(), Split::kTrain),
            folder.path() +
                ": found 2 files of .json, .jsonl, expected one with the name train (nearest: "
                "train-old.jsonl)");
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
