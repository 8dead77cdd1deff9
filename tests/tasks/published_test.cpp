// The published data sets, where they are at hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "mola/tasks/task.h"
#include "support/test_files.h"

namespace mola {
namespace {

struct Published {
  std::string task;
  std::string publisher;  // the folder of its layout
  std::string hub;
  size_t train, validation, test;
  size_t majority;  // of the test rows, as the paper has it; 0: it has none
};

class PublishedTask : public testing::TestWithParam<Published> {};

std::vector<Example> read(const std::string& folder, Split split) {
  return find_task(testing::TestWithParam<Published>::GetParam().task)
      .read(test_data("data/" + folder), split, OnBadRow::kStop);
}

TEST_P(PublishedTask, HasThePapersCounts) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  const auto& data = GetParam();
  EXPECT_EQ(read(data.publisher, Split::kTrain).size(), data.train);
  EXPECT_EQ(read(data.publisher, Split::kValidation).size(), data.validation);
  const auto test = read(data.publisher, Split::kTest);
  EXPECT_EQ(test.size(), data.test);
  std::map<std::string, size_t> counts;
  size_t most = 0;
  for (const auto& example : test) most = std::max(most, ++counts[example.response]);
  if (data.majority > 0) {
    EXPECT_EQ(most, data.majority);
  }
}

#ifdef MOLA_HAS_PARQUET
TEST_P(PublishedTask, IsTheSameOnTheHub) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  for (const Split split : {Split::kTrain, Split::kValidation, Split::kTest}) {
    const auto expected = read(GetParam().publisher, split);
    const auto found = read(GetParam().hub, split);
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].prompt, expected[i].prompt) << found[i].place;
      ASSERT_EQ(found[i].response, expected[i].response) << found[i].place;
      ASSERT_EQ(found[i].answers, expected[i].answers) << found[i].place;
      ASSERT_EQ(found[i].topic, expected[i].topic) << found[i].place;
    }
  }
}
#endif

INSTANTIATE_TEST_SUITE_P(
    All, PublishedTask,
    testing::Values(Published{"mrpc", "glue/MRPC", "hub/glue/mrpc", 4076, 408, 1725, 1147},
                    Published{"rte", "glue/RTE", "hub/glue/rte", 2490, 277, 277, 146},
                    Published{"cola", "glue/CoLA", "hub/glue/cola", 8551, 1043, 1043, 721},
                    Published{"scienceqa", "scienceqa", "hub/ScienceQA", 6508, 2144, 2224, 0},
                    Published{"commonsenseqa", "commonsenseqa", "hub/commonsense_qa", 9741, 1221,
                              1221, 0},
                    Published{"openbookqa", "openbookqa", "hub/openbookqa", 4957, 500, 500, 0}),
    [](const auto& instance) { return instance.param.task; });

}  // namespace
}  // namespace mola
