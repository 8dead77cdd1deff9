#include "tasks/text_file.h"

#include <gtest/gtest.h>

#include "support/test_files.h"

namespace mola {
namespace {

TEST(TextFile, ReadsLinesWithoutMarkEndsAndBlankLines) {
  const TempFolder folder;
  LineReader lines(folder.write("a.txt", "\xEF\xBB\xBFone\r\n\n  \r\n two\r\nthree"));
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.text(), "one");
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.text(), " two");
  EXPECT_EQ(lines.where(), folder.path("a.txt") + ":4");
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.text(), "three");
  EXPECT_FALSE(lines.next());
}

TEST(TextFile, RefusesWhatIsNoFile) {
  const TempFolder folder;
  EXPECT_EQ(message_of<Error>([&] { LineReader(folder.path()); }),
            folder.path() + ": is a folder, expected a file");
  EXPECT_EQ(message_of<Error>([&] { LineReader(folder.path("none")); }),
            folder.path("none") + ": cannot be read: No such file or directory");
}

TEST(TextFile, TakesAReadErrorForNoEndOfTheFile) {
  LineReader lines("/proc/self/mem");
  EXPECT_EQ(message_of<Error>([&] { lines.next(); }),
            "/proc/self/mem: reading failed after line 0");
}

TEST(TextFile, FindsFilesInFolders) {
  const TempFolder folder;
  const std::string file = folder.write("a.txt", "");
  EXPECT_EQ(file_in_folder(folder.path(), "a.txt"), file);
  EXPECT_EQ(message_of<Error>([&] { file_in_folder(folder.path(), "b.txt"); }),
            folder.path("b.txt") + ": no such file, but the task reads it");
  EXPECT_EQ(message_of<Error>([&] { file_in_folder(file, "b.txt"); }),
            file + ": found a file, expected a folder that holds b.txt");
  EXPECT_EQ(message_of<Error>([&] { file_in_folder(folder.path("none"), "b.txt"); }),
            folder.path("none") + ": found nothing, expected a folder that holds b.txt");
}

TEST(TextFile, TakesWellFormedUtf8Only) {
  for (const std::string good : {"", "a", "\u00e9", "\u2581", "\U0001F680", "\U0010FFFF"}) {
    EXPECT_NO_THROW(check_utf8(good)) << good;
  }
  const std::string bad[] = {
      "\xE9",              // Latin-1
      "\x80",              // continuation first
      "\xC3",              // cut short
      "\xE2\x96",          // cut short
      "\xE2\x28\xA1",      // no continuation
      "\xC0\xAF",          // overlong
      "\xE0\x80\xAF",      // overlong
      "\xED\xA0\x80",      // surrogate
      "\xF4\x90\x80\x80",  // past the last code point
      "\xFF\xFE",          // UTF-16
  };
  for (const auto& text : bad) {
    EXPECT_EQ(message_of<Error>([&] { check_utf8("ab" + text); }),
              "found invalid UTF-8 at byte 3, expected UTF-8 text");
  }
}

TEST(TextFile, StopsAtABadRowOrWarnsWithTheSameWords) {
  const TempFolder folder;
  const std::string file = folder.write("a.txt", "1\nx\n3\n\xFF\n5\n");
  const auto read = [&](OnBadRow on_bad_row, size_t limit = SIZE_MAX) {
    LineReader lines(file);
    return read_rows(
        lines, on_bad_row,
        [](const std::string& line) {
          if (line == "x") fail("found x, expected a number");
          return std::stoi(line);
        },
        limit);
  };
  EXPECT_EQ(message_of<Error>([&] { read(OnBadRow::kStop); }),
            file + ":2: found x, expected a number");

  testing::internal::CaptureStderr();
  const auto rows = read(OnBadRow::kSkip);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(rows, (std::vector<int>{1, 3, 5}));
  EXPECT_NE(log.find(file + ":2: found x, expected a number; row skipped"), std::string::npos);
  EXPECT_NE(log.find(file + ":4: found invalid UTF-8 at byte 1"), std::string::npos);

  EXPECT_EQ(read(OnBadRow::kStop, 1), (std::vector<int>{1}));
}

}  // namespace
}  // namespace mola
