#include "data/tokens.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "mola/base/error.h"
#include "support/test_files.h"
#include "tasks/text_file.h"

namespace mola {
namespace {

using Ids = std::vector<int64_t>;

std::vector<Sequence> read(const std::string& path, OnBadRow on_bad_row = OnBadRow::kStop,
                           size_t limit = SIZE_MAX) {
  LineReader lines(path);
  return read_rows(lines, on_bad_row, parse_tokens, limit);
}

TEST(Tokens, ReadsIdsAndLabels) {
  const TempFolder folder;
  const auto rows = read(folder.write("a.jsonl",
                                      "{\"input_ids\": [1, 5, 2], \"labels\": [-100, 5, 2]}\n"
                                      "\n"
                                      "{\"input_ids\": [1, 0]}\n"));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].input_ids, (Ids{1, 5, 2}));
  EXPECT_EQ(rows[0].labels, (Ids{kIgnoreIndex, 5, 2}));
  EXPECT_EQ(rows[1].input_ids, (Ids{1, 0}));
  EXPECT_EQ(rows[1].labels, (Ids{1, 0}));
}

TEST(Tokens, NamesFileAndLineAndWhatWasFound) {
  const TempFolder folder;
  const auto message = [&](const std::string& row) {
    const std::string file = folder.write("a.jsonl", "{\"input_ids\": [1]}\n\n" + row + "\n");
    const std::string text = message_of<Error>([&] { read(file); });
    const std::string where = file + ":3: ";
    EXPECT_EQ(text.substr(0, where.size()), where);
    return text.substr(where.size());
  };
  EXPECT_EQ(message("{\"input_ids\": [1").rfind("row: parse error at line 1, column 17", 0), 0u);
  EXPECT_EQ(message("{\"input_ids\": [1], \"input_ids\": [2]}"),
            "row: the key 'input_ids' is duplicated");
  EXPECT_EQ(message(std::string(100000, '[')), "row: is nested deeper than 64 levels");
  EXPECT_EQ(message("[1, 2]"), "found [1, 2], expected one JSON object");
  // Cut between two characters of two bytes each.
  std::string long_text;
  for (int i = 0; i < 100; ++i) long_text += "\u00e9";
  EXPECT_EQ(message("\"" + long_text + "\""),
            "found \"" + long_text.substr(0, 198) + "..., expected one JSON object");
  EXPECT_EQ(message("{}"), "input_ids is missing");
  EXPECT_EQ(message("{\"input_ids\": []}"), "input_ids: found no tokens, expected some");
  EXPECT_EQ(message("{\"input_ids\": \"1 2\"}"), "input_ids: found \"1 2\", expected a list");
  EXPECT_EQ(message("{\"input_ids\": [1, -2]}"),
            "input_ids[1]: found -2, expected a whole number of at least 0");
  EXPECT_EQ(message("{\"input_ids\": [1.5]}"),
            "input_ids[0]: found 1.5, expected a whole number of at least 0");
  EXPECT_EQ(message("{\"input_ids\": [9223372036854775808]}"),
            "input_ids[0]: found 9223372036854775808, expected a whole number of at least 0");
  EXPECT_EQ(message("{\"input_ids\": [1], \"labels\": [-1]}"),
            "labels[0]: found -1, expected -100 or a whole number of at least 0");
  EXPECT_EQ(message("{\"input_ids\": [1, 2], \"labels\": [1]}"),
            "labels: found 1 numbers, expected 2, one for each of input_ids");
  EXPECT_EQ(message("{\"input_ids\": [1], \"label\": [1]}"),
            "found the key 'label', expected input_ids and labels only");
}

TEST(Tokens, SkipsBadRowsAndStopsAtTheLimit) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.jsonl", "{\"input_ids\": [1]}\n{}\n{\"input_ids\": [2]}\n{\"input_ids\": [3]}\n");
  testing::internal::CaptureStderr();
  const auto rows = read(file, OnBadRow::kSkip, 2);
  const std::string log = testing::internal::GetCapturedStderr();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].input_ids, Ids{2});
  EXPECT_NE(log.find(file + ":2: input_ids is missing; row skipped"), std::string::npos);
}

}  // namespace
}  // namespace mola
