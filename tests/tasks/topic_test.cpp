#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "mola/tasks/task.h"
#include "support/test_files.h"

namespace mola {
namespace {

// Five rows of three topics, of which the last but one cannot be used.
constexpr const char* kRows =
    R"({"of": {"field": "stars"}, "text": "a", "answer": "1"}
{"of": {"field": "plants"}, "text": "b", "answer": "2"}
{"of": {"field": "stars"}, "text": "c", "answer": "3"}
{"of": {"field": "plants"}, "answer": "4"}
{"of": {"field": 7}, "text": "e", "answer": "5"}
)";

class Topic : public testing::Test {
 protected:
  std::vector<Example> read(const std::string& topic, size_t limit = SIZE_MAX, size_t sample = 0) {
    ReadOptions options;
    options.on_bad_row = OnBadRow::kSkip;
    options.topic = topic;
    options.limit = limit;
    options.sample = sample;
    return find_task(task_).read(rows_, Split::kTrain, options);
  }

  const TempFolder folder_;
  std::string rows_ = folder_.write("rows.jsonl", kRows);
  std::string task_ = folder_.write("task.json", R"({
    "name": "x", "prompt": "{text}", "template": "none", "response": "{answer}",
    "topic": "of.field"})");
};

TEST_F(Topic, IsWhatTheColumnOfACustomTaskHas) {
  const auto all = read("");
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].topic, "stars");
  EXPECT_EQ(all[1].topic, "plants");
  EXPECT_EQ(all[3].topic, "7");
}

TEST_F(Topic, KeepsItsRowsBeforeTheLimitCounts) {
  const auto stars = read("stars");
  ASSERT_EQ(stars.size(), 2u);
  EXPECT_EQ(stars[0].prompt, "a");
  EXPECT_EQ(stars[1].prompt, "c");
  EXPECT_EQ(read("stars", 1).size(), 1u);
  EXPECT_EQ(read("7", 1)[0].prompt, "e");
  EXPECT_EQ(read("stars", SIZE_MAX, 1).size(), 1u);
}

TEST_F(Topic, ThatNoRowHasIsRefused) {
  EXPECT_EQ(message_of<Error>([&] { read("star"); }),
            "data.topic: found 'star', expected one of the rows' topics: 7, plants, stars "
            "(nearest: stars)");
  rows_ = folder_.write("rows.jsonl", R"({"question": "a", "response": "b"})");
  task_ = "text";
  EXPECT_EQ(message_of<Error>([&] { read("stars"); }),
            "data.topic: found 'stars', but no row has a topic");
}

TEST_F(Topic, IsTheOneThatScienceQAGives) {
  folder_.write("problems.json", R"({
    "1": {"question": "?", "choices": ["a", "b"], "answer": 0, "topic": "biology"},
    "2": {"question": "?", "choices": ["a", "b"], "answer": 0, "topic": ""},
    "3": {"question": "?", "choices": ["a", "b"], "answer": 0}})");
  folder_.write("pid_splits.json", R"({"train": ["1", "2", "3"]})");
  task_ = "scienceqa";
  rows_ = folder_.path();
  const auto rows = read("");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].topic, "biology");
  EXPECT_EQ(rows[1].topic, "");
  EXPECT_EQ(rows[2].topic, "");
  EXPECT_EQ(read("biology").size(), 1u);
}

// As the paper's appendix has them.
TEST_F(Topic, HasThePapersCounts) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  ReadOptions options;
  for (const auto& [topic, count] :
       std::vector<std::pair<std::string, size_t>>{{"biology", 397},
                                                   {"physics", 192},
                                                   {"chemistry", 119},
                                                   {"economics", 84},
                                                   {"earth-science", 65}}) {
    options.topic = topic;
    const auto path = test_data("data/scienceqa");
    EXPECT_EQ(find_task("scienceqa").read(path, Split::kTest, options).size(), count) << topic;
  }
}

}  // namespace
}  // namespace mola
