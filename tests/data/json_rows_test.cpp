#include "data/json_rows.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "mola/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

Example to_example(const JsonRow& row) { return {row.text_or_empty("a"), row.text("b")}; }

class JsonRows : public testing::Test {
 protected:
  std::vector<std::string> read(const std::string& text, OnBadRow on_bad_row = OnBadRow::kStop,
                                size_t limit = SIZE_MAX) {
    std::vector<std::string> found;
    for (const auto& example :
         read_json_rows(folder_.write("a.json", text), on_bad_row, limit, to_example)) {
      found.push_back(example.prompt + "|" + example.response);
    }
    return found;
  }

  // What is wrong, after the path.
  std::string message(const std::string& text) {
    const std::string found = message_of<Error>([&] { read(text); });
    EXPECT_EQ(found.rfind(folder_.path("a.json"), 0), 0u) << found;
    return found.substr(folder_.path("a.json").size());
  }

  TempFolder folder_;
};

using Texts = std::vector<std::string>;

TEST_F(JsonRows, ReadAListOrLines) {
  const Texts expected = {"1|x, ]}\"", "|y"};
  EXPECT_EQ(read("\n[ {\"a\": \"1\", \"b\": \"x, ]}\\\"\"},\n {\"b\": \"y\", \"c\": [{}, 2]} ]\n"),
            expected);
  EXPECT_EQ(read("\xEF\xBB\xBF{\"a\": \"1\", \"b\": \"x, ]}\\\"\"}\n\n{\"a\": null, \"b\": \"y\"}"),
            expected);
  EXPECT_EQ(read("\xEF\xBB\xBF[{\"b\": \"y\"}]"), Texts{"|y"});
  EXPECT_EQ(read("[]"), Texts{});
  EXPECT_EQ(read(""), Texts{});
}

TEST_F(JsonRows, NameTheirPlaceAndWhatIsWrong) {
  const std::string good = "{\"b\": \"y\"}";
  EXPECT_EQ(message("[" + good + ", {}]"), ": row 2: key 'b' is missing");
  EXPECT_EQ(message(good + "\n\n{}"), ":3: key 'b' is missing");
  EXPECT_EQ(message("[{\"b\": 7}]"), ": row 1: key 'b': found number, expected a string");
  EXPECT_EQ(message("[{\"b\": \" \\n\"}]"), ": row 1: key 'b': found no text, expected some");
  EXPECT_EQ(message("[{\"a\": [], \"b\": \"y\"}]"),
            ": row 1: key 'a': found array, expected a string");
  EXPECT_EQ(message("[" + good + ", [1]]"), ": row 2: found array, expected an object");
  EXPECT_EQ(message("[{\"b\": \"\xE9\"}]"),
            ": row 1: found broken UTF-8 at byte 8, expected UTF-8 text");
  EXPECT_EQ(message("[{\"b\" \"y\"}]").find(": row 1: row: parse error"), 0u);
  EXPECT_EQ(message("[" + good + ",]").find(": row 2: row: parse error"), 0u);
}

// Where rows end can no longer be told.
TEST_F(JsonRows, WantAWholeList) {
  const std::string good = "{\"b\": \"y\"}";
  for (const auto on_bad_row : {OnBadRow::kStop, OnBadRow::kSkip}) {
    const auto problem = [&](const std::string& text) {
      return message_of<Error>([&] { read(text, on_bad_row); });
    };
    const std::string where = folder_.path("a.json") + ": row 1: found ";
    EXPECT_EQ(problem("[" + good),
              where + "nothing after it, expected a comma or the end of the list");
    EXPECT_EQ(problem("[" + good + " " + good + "]"),
              where + "'{' after it, expected a comma or the end of the list");
    EXPECT_EQ(problem("[" + good + "] x"), where + "'x' after it, expected the end of the file");
  }
}

TEST_F(JsonRows, AreSkippedOneByOneAndLimited) {
  const std::string rows = "[{\"b\": \"1\"}, {\"b\" 2}, {\"b\": \"\xE9\"}, {\"b\": \"4\"}, ";
  testing::internal::CaptureStderr();
  EXPECT_EQ(read(rows + "{}]", OnBadRow::kSkip), (Texts{"|1", "|4"}));
  const std::string log = testing::internal::GetCapturedStderr();
  for (const auto* row : {": row 2: ", ": row 3: ", ": row 5: "}) {
    EXPECT_NE(log.find(folder_.path("a.json") + row), std::string::npos) << log;
  }
  // What follows the last one that is asked for is not looked at.
  testing::internal::CaptureStderr();
  EXPECT_EQ(read(rows + "{", OnBadRow::kSkip, 2), (Texts{"|1", "|4"}));
  testing::internal::GetCapturedStderr();
}

TEST_F(JsonRows, StandInAFileOrAFolderOfSplits) {
  const Texts extensions = {".json", ".jsonl"};
  const auto file = [&](const std::string& path, Split split) {
    return split_file(path, split, extensions);
  };
  const std::string lone = folder_.write("lone/alpaca.json", "");
  folder_.write("lone/SOURCE.txt", "");
  EXPECT_EQ(file(lone, Split::kTrain), lone);
  EXPECT_EQ(file(folder_.path("lone"), Split::kTrain), lone);
  EXPECT_EQ(
      message_of<Error>([&] { file(lone, Split::kTest); }),
      lone + ": is a file, which is the training split; expected a folder with the split test");
  EXPECT_EQ(
      message_of<Error>([&] { file(folder_.path("lone"), Split::kTest); }),
      folder_.path("lone") + ": found 1 files of .json, .jsonl, expected one of the name test");

  const std::string train = folder_.write("all/train.jsonl", "");
  const std::string validation = folder_.write("all/validation.json", "");
  EXPECT_EQ(file(folder_.path("all"), Split::kTrain), train);
  EXPECT_EQ(file(folder_.path("all"), Split::kValidation), validation);
  EXPECT_EQ(message_of<Error>([&] { file(folder_.path("none"), Split::kTrain); }),
            folder_.path("none") + ": no such file or folder");
}

}  // namespace
}  // namespace mola
