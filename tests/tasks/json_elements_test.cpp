#include "tasks/json_elements.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "mola/base/error.h"
#include "support/test_files.h"
#include "tasks/split_files.h"

namespace mola {
namespace {

Example to_example(const Row& row) { return {row.text_or_empty("a"), row.text("b")}; }

class JsonRows : public testing::Test {
 protected:
  std::vector<std::string> read(const std::string& text, OnBadRow on_bad_row = OnBadRow::kStop,
                                size_t limit = SIZE_MAX) {
    const auto file = folder_.write("a.json", text);
    ReadOptions options;
    options.on_bad_row = on_bad_row;
    options.limit = limit;
    std::vector<std::string> found;
    for (const auto& example :
         read_examples([&] { return open_file(file); }, to_example, options)) {
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
  EXPECT_EQ(message("[" + good + ", {}]"), ": row 2: column 'b': is missing, found the columns ");
  EXPECT_EQ(message(good + "\n\n{}"), ":3: column 'b': is missing, found the columns ");
  EXPECT_EQ(message("[{\"b\": 7}]"), ": row 1: column 'b': found number, expected a string");
  EXPECT_EQ(message("[{\"b\": \" \\n\"}]"), ": row 1: column 'b': found no text, expected some");
  EXPECT_EQ(message("[{\"a\": [], \"b\": \"y\"}]"),
            ": row 1: column 'a': found array, expected a string");
  EXPECT_EQ(message("[" + good + ", [1]]"), ": row 2: found array, expected an object");
  EXPECT_EQ(message("[{\"b\": \"\xE9\"}]"),
            ": row 1: found invalid UTF-8 at byte 8, expected UTF-8 text");
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
    EXPECT_EQ(problem("[" + good), where + "nothing after it, expected a comma or its end");
    EXPECT_EQ(problem("[" + good + " " + good + "]"),
              where + "'{' after it, expected a comma or its end");
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

// As ScienceQA's problems.json is.
TEST_F(JsonRows, CanHaveNames) {
  const auto file = folder_.write("a.json", "{\"7\": {\"b\": [1, \"}\"]},\n \"x:y\" : 5 }\n");
  JsonElementReader elements(file, JsonElementReader::Outermost::kObject);
  ASSERT_TRUE(elements.next());
  EXPECT_EQ(elements.key(), "7");
  EXPECT_EQ(elements.text(), "{\"b\": [1, \"}\"]}");
  ASSERT_TRUE(elements.next());
  EXPECT_EQ(elements.key(), "x:y");
  EXPECT_EQ(elements.text(), "5 ");
  EXPECT_EQ(elements.where(), file + ": row 'x:y'");
  EXPECT_FALSE(elements.next());
  EXPECT_EQ(
      message_of<Error>([&] { JsonElementReader(file, JsonElementReader::Outermost::kList); }),
      file + ": found '{', expected a list");
}

}  // namespace
}  // namespace mola
