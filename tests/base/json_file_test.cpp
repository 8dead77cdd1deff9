#include "base/json_file.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

using nlohmann::json;

TEST(JsonFile, ReadsAFile) {
  const TempFolder folder;
  EXPECT_EQ(read_json_file(folder.write("a.json", "{\"a\": [1, 2.5, null]}")),
            json({{"a", {1, 2.5, nullptr}}}));
  EXPECT_EQ(read_file(folder.write("b", std::string("a\0\r\n", 4))), std::string("a\0\r\n", 4));
}

TEST(JsonFile, RefusesWhatCannotBeRead) {
  const TempFolder folder;
  EXPECT_EQ(message_of<Error>([&] { read_json_file(folder.path("none.json")); }),
            folder.path("none.json") + ": cannot be read: No such file or directory");
  EXPECT_EQ(message_of<Error>([&] { read_json_file(folder.path()); }),
            folder.path() + ": is a folder, expected a file");
}

// The memory of this process is a file whose first page cannot be read.
TEST(JsonFile, TakesAReadErrorForNoEndOfTheFile) {
  EXPECT_EQ(message_of<Error>([] { read_file("/proc/self/mem"); }),
            "/proc/self/mem: reading failed: Input/output error");
}

TEST(JsonFile, PassesOverAByteOrderMark) {
  const TempFolder folder;
  EXPECT_EQ(read_json_file(folder.write("a.json", "\xEF\xBB\xBF{\"a\": 1}")), json({{"a", 1}}));
}

TEST(JsonFile, ShortensAKeyInAnError) {
  const std::string key = "\"" + std::string(300, 'k') + "\": 1";
  EXPECT_EQ(message_of<Error>([&] { parse_json("{" + key + ", " + key + "}", "a.json"); }),
            "a.json: the key '" + std::string(200, 'k') + "...' is duplicated");
}

TEST(JsonFile, SaysInOneLineWhereTheSyntaxIsWrong) {
  for (const std::string text : {"", "{", "{\"a\": 1,}", "[1] 2", "\xFF", "{\"a\"\n\n\n: nope}"}) {
    const TempFolder folder;
    const std::string file = folder.write("a.json", text);
    const std::string message = message_of<Error>([&] { read_json_file(file); });
    EXPECT_EQ(message.find(file + ": parse error at line "), 0u) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    EXPECT_EQ(message.find("json.exception"), std::string::npos) << message;
  }
}

TEST(JsonFile, RefusesAKeyThatStandsTwice) {
  const auto message = [](const std::string& text) {
    return message_of<Error>([&] { parse_json(text, "a.json"); });
  };
  EXPECT_EQ(message("{\"rank\": 8, \"rank\": 16}"), "a.json: the key 'rank' is duplicated");
  EXPECT_EQ(message("{\"a\": {\"b\": 1, \"c\": [{}], \"b\": 1}}"),
            "a.json: the key 'b' is duplicated");
  EXPECT_EQ(message("[{\"a\": 1}, {\"a\": 1, \"a\": 1}]"), "a.json: the key 'a' is duplicated");
  // The same key in two objects is no double.
  EXPECT_NO_THROW(parse_json("{\"a\": {\"a\": 1}, \"b\": [{\"a\": 1}, {\"a\": 1}]}", "a.json"));
}

TEST(JsonFile, RefusesNestingWithoutEnd) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_NO_THROW(parse_json(nested(64), "a.json"));
  EXPECT_EQ(message_of<Error>([&] { parse_json(nested(100000), "a.json"); }),
            "a.json: is nested deeper than 64 levels");
}

// In a time that grows with the square of the number, these would take minutes.
TEST(JsonFile, ReadsManyObjectsInOne) {
  constexpr size_t kCount = 300'000;
  std::string list = "[{}", object = "{\"a\": {}";
  for (size_t i = 1; i < kCount; ++i) {
    list += ", {}";
    object += ", \"" + std::to_string(i) + "\": {}";
  }
  EXPECT_EQ(parse_json(list + "]", "a.json").size(), kCount);
  EXPECT_EQ(parse_json(object + "}", "a.json").size(), kCount);
}

TEST(JsonFile, KnowsWholeNumbers) {
  for (const char* text : {"0", "-1", "9223372036854775807", "-9223372036854775808"}) {
    EXPECT_TRUE(is_whole_number(json::parse(text))) << text;
  }
  for (const char* text : {"1.0", "9223372036854775808", "\"1\"", "true", "null", "[1]"}) {
    EXPECT_FALSE(is_whole_number(json::parse(text))) << text;
  }
}

}  // namespace
}  // namespace mola
