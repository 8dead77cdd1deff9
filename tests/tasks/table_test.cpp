#include "tasks/table.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "support/test_files.h"
#include "tasks/read_examples.h"

namespace mola {
namespace {

Example to_example(const Row& row) {
  return {row.text("question"), row.choice("answer", {{"0", "no"}, {"1", "yes"}})};
}

std::vector<Example> read(const std::string& path, const std::vector<std::string>& columns = {},
                          OnBadRow on_bad_row = OnBadRow::kStop) {
  ReadOptions options;
  options.on_bad_row = on_bad_row;
  return read_examples([&] { return std::make_unique<TableReader>(path, columns); }, to_example,
                       options);
}

const std::vector<std::string> kColumns = {"answer", "question"};

TEST(Table, FindsColumnsByName) {
  const TempFolder folder;
  const auto rows = read(folder.write("a.tsv",
                                      "\xEF\xBB\xBFquestion\tid\tanswer\r\n"
                                      "Is it?\t7\t1\r\n"
                                      "\" quoted , twice \"\t8\t0"));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].prompt, "Is it?");
  EXPECT_EQ(rows[0].response, "yes");
  EXPECT_EQ(rows[1].prompt, "\" quoted , twice \"");
  EXPECT_EQ(rows[1].response, "no");
}

TEST(Table, TakesColumnsInOrderWithoutAHeader) {
  const TempFolder folder;
  const auto rows = read(folder.write("a.tsv", "1\tIs it?\n"), kColumns);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].prompt, "Is it?");
}

TEST(Table, NamesTheMissingColumn) {
  const TempFolder folder;
  const std::string file = folder.write("a.tsv", "index\tquestion\n0\tIs it?\n");
  EXPECT_EQ(message_of<Error>([&] { read(file); }),
            file + ":2: column 'answer': is missing, found the columns index, question");

  const std::string empty = folder.write("empty.tsv", "");
  EXPECT_EQ(message_of<Error>([&] { read(empty); }), empty + ": is empty, expected a header");
  EXPECT_TRUE(read(empty, kColumns).empty());
}

TEST(Table, RefusesADuplicatedColumn) {
  const TempFolder folder;
  const std::string file = folder.write("a.tsv", "question\tanswer\tquestion\nA?\t1\tB?\n");
  EXPECT_EQ(message_of<Error>([&] { read(file); }),
            file + ":1: the column 'question' is duplicated");
}

TEST(Table, NamesFileAndLineOfABadRow) {
  const TempFolder folder;
  const auto message = [&](const std::string& row) {
    const std::string file = folder.write("a.tsv", "answer\tquestion\n1\tgood\n" + row + "\n");
    const std::string text = message_of<Error>([&] { read(file); });
    const std::string where = file + ":3: ";
    EXPECT_EQ(text.substr(0, where.size()), where);
    return text.substr(where.size());
  };
  EXPECT_EQ(message("1"), "found 1 columns, expected 2 (answer, question)");
  EXPECT_EQ(message("1\ta\tb"), "found 3 columns, expected 2 (answer, question)");
  EXPECT_EQ(message("2\ta"), "column 'answer': found '2', expected one of 0, 1");
  EXPECT_EQ(message("1\t "), "column 'question': found no text, expected some");
  EXPECT_EQ(message("1\ta\xFF"), "found invalid UTF-8 at byte 4, expected UTF-8 text");
}

TEST(Table, SkipsABadRow) {
  const TempFolder folder;
  const std::string file = folder.write("a.tsv", "answer\tquestion\n2\ta\n1\tb\n");
  testing::internal::CaptureStderr();
  const auto rows = read(file, {}, OnBadRow::kSkip);
  const std::string log = testing::internal::GetCapturedStderr();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].prompt, "b");
  EXPECT_NE(log.find(file + ":2: column 'answer'"), std::string::npos);
}

}  // namespace
}  // namespace mola
