#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "mola/tasks/task.h"
#include "support/test_files.h"

namespace mola {
namespace {

std::vector<Example> read(const std::string& path, size_t limit = SIZE_MAX) {
  return find_task("text").read(path, Split::kTrain, OnBadRow::kStop, limit);
}

TEST(Text, IsQuestionAndResponseWithoutATemplate) {
  const TempFolder folder;
  const auto rows = read(
      folder.write("a.jsonl",
                   "{\"id\": \"niv.1\", \"system_prompt\": \"Be brief.\", \"question\": \"Why?\", "
                   "\"response\": \"So.\"}\n"
                   "{\"id\": \"niv.2\", \"system_prompt\": \"\", \"question\": \"How?\", "
                   "\"response\": \"Thus.\"}\n"
                   "{\"question\": \"When?\", \"response\": \"Now.\", \"line\": 3}\n"));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].prompt, "Why?\n");
  EXPECT_EQ(rows[0].response, "So.");
  EXPECT_EQ(rows[1].prompt, "How?\n");
  EXPECT_EQ(rows[2].prompt, "When?\n");
}

TEST(Text, OfAPlainFileIsALineEach) {
  const TempFolder folder;
  const std::string file = folder.write("a.txt", "Once upon a time.\n\n{\"The end\"}\n");
  const auto rows = read(file);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].prompt, "");
  EXPECT_EQ(rows[0].response, "Once upon a time.");
  EXPECT_EQ(rows[1].response, "{\"The end\"}");
  EXPECT_EQ(read(file, 1).size(), 1u);
}

TEST(Text, BesideRowsIsNoData) {
  const TempFolder folder;
  folder.write("SOURCE.txt", "From the hub.\n");
  EXPECT_EQ(read(folder.path()).at(0).response, "From the hub.");
  folder.write("a.jsonl", "{\"question\": \"Why?\", \"response\": \"So.\"}\n");
  EXPECT_EQ(read(folder.path()).at(0).response, "So.");
}

TEST(Text, NamesAllKindsOfFilesIfThereIsNone) {
  const TempFolder folder;
  EXPECT_EQ(message_of<Error>([&] { read(folder.path()); }),
            folder.path() +
                ": found 0 files of .parquet, .json, .jsonl, .txt, expected one with "
                "the name train");
}

TEST(Text, IsNotUtf16) {
  const TempFolder folder;
  const std::string file = folder.write("a.txt", std::string("ab\nc\0d\0\n", 8));
  EXPECT_EQ(message_of<Error>([&] { read(file); }),
            file + ":2: found a byte 0, expected UTF-8 text; the file may be UTF-16");
}

TEST(Text, NamesTheBadRow) {
  const TempFolder folder;
  const std::string file = folder.write("a.json", "[{\"question\": \"Why?\"}]");
  EXPECT_EQ(message_of<Error>([&] { read(file); }),
            file + ": row 1: column 'response': is missing, found the columns question");
}

}  // namespace
}  // namespace mola
