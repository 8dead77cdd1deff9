#include "tasks/sample.h"

#include <gtest/gtest.h>

#include <map>

#include "mola/base/error.h"
#include "mola/tasks/task.h"
#include "support/test_files.h"

namespace mola {
namespace {

std::map<std::string, int> drawn_of(const std::vector<std::string>& strata,
                                    const std::vector<bool>& drawn) {
  std::map<std::string, int> counts;
  for (size_t i = 0; i < strata.size(); ++i) counts[strata[i]] += drawn[i] ? 1 : 0;
  return counts;
}

// 5 of 10 rows: the shares are 3.0, 1.5 and 0.5, and the remainder goes to the first name.
TEST(Sample, KeepsTheShares) {
  const std::vector<std::string> strata = {"t0",   "flan", "flan", "cot",  "flan",
                                           "flan", "cot",  "cot",  "flan", "flan"};
  EXPECT_EQ(drawn_of(strata, stratified_sample(strata, 5, 10)),
            (std::map<std::string, int>{{"cot", 2}, {"flan", 3}, {"t0", 0}}));
  EXPECT_EQ(stratified_sample(strata, 10, 10), std::vector<bool>(10, true));
  EXPECT_EQ(message_of<Error>([&] { stratified_sample(strata, 11, 10); }),
            "data.sample: found 11, expected at most the number of rows, 10");
}

TEST(Sample, DependsOnTheSeedAlone) {
  const std::vector<std::string> strata(100, "flan");
  EXPECT_EQ(stratified_sample(strata, 50, 1), stratified_sample(strata, 50, 1));
  EXPECT_NE(stratified_sample(strata, 50, 1), stratified_sample(strata, 50, 2));
}

// Bad rows are told once, and neither drawn nor counted.
TEST(Sample, IsInTheOrderOfTheFile) {
  std::string lines = "{\"id\": \"niv.0\"}\n";
  for (int i = 0; i < 8; ++i) {
    lines += std::string("{\"id\": \"") + (i < 6 ? "flan." : "cot.") + std::to_string(i) +
             "\", \"question\": \"q\", \"response\": \"" + std::to_string(i) + "\"}\n";
  }
  const TempFolder folder;
  ReadOptions options;
  options.on_bad_row = OnBadRow::kSkip;
  options.sample = 4;
  testing::internal::CaptureStderr();
  const auto rows = find_task("text").read(folder.write("a.jsonl", lines), Split::kTrain, options);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(log.find("row skipped"), log.rfind("row skipped"));
  ASSERT_EQ(rows.size(), 4u);
  for (size_t i = 1; i < 4; ++i) EXPECT_LT(rows[i - 1].response, rows[i].response);
  EXPECT_LT(rows[2].response, "6");  // flan
  EXPECT_GE(rows[3].response, "6");  // cot
}

// Ids that are mere numbers do not make each row a stratum, of which the first by name are taken.
TEST(Sample, DrawsAtRandomWhereIdsNameNoCollection) {
  std::string lines;
  for (int i = 10; i < 50; ++i) {
    const std::string number = std::to_string(i);
    lines += "{\"id\": " + number + ", \"question\": \"q\", \"response\": \"" + number + "\"}\n";
  }
  const TempFolder folder;
  ReadOptions options;
  options.sample = 20;
  const auto rows = find_task("text").read(folder.write("a.jsonl", lines), Split::kTrain, options);
  ASSERT_EQ(rows.size(), 20u);
  EXPECT_GT(rows.back().response, "29");
}

}  // namespace
}  // namespace mola
