#include "train/training_report.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/test_files.h"
#include "train/metrics_groups.h"

namespace mola {
namespace {

std::vector<StepMetrics> lines_at(const std::vector<int64_t>& steps) {
  std::vector<StepMetrics> lines;
  for (const auto step : steps) {
    lines.emplace_back();
    lines.back().step = step;
    lines.back().loss = static_cast<double>(step);
  }
  return lines;
}

std::vector<StepMetrics> every(int64_t gap, int64_t count) {
  std::vector<int64_t> steps;
  for (int64_t i = 1; i <= count; ++i) steps.push_back(i * gap);
  return lines_at(steps);
}

std::vector<std::vector<int64_t>> steps_of(const std::vector<Group>& groups) {
  std::vector<std::vector<int64_t>> steps;
  for (const auto& group : groups) {
    steps.emplace_back();
    for (const auto* line : group) steps.back().push_back(line->step);
  }
  return steps;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

using Steps = std::vector<std::vector<int64_t>>;

TEST(MetricsGroups, LayLinesTogetherWhereThereAreMany) {
  const auto few = lines_at({7, 14, 15});
  EXPECT_EQ(steps_of(groups_of(few)), (Steps{{7}, {14}, {15}}));
  const auto many = every(10, 301);  // more than twice 150: three together
  const auto groups = steps_of(groups_of(many));
  ASSERT_EQ(groups.size(), 101u);
  EXPECT_EQ(groups[0], (std::vector<int64_t>{10, 20, 30}));
  EXPECT_EQ(groups[100], std::vector<int64_t>{3010});
}

// The largest distance is 7, so 20 steps are cut in two: none of three would be sure to hold a
// line.
TEST(MetricsGroups, CutStepsIntoCellsOfWhichNoneIsEmpty) {
  const auto uneven = lines_at({7, 14, 15, 20});
  EXPECT_EQ(steps_of(cells_of(uneven)), (Steps{{7}, {14, 15, 20}}));
  const auto even = every(10, 3);
  EXPECT_EQ(steps_of(cells_of(even)), (Steps{{10}, {20}, {30}}));
  const auto one = lines_at({5});
  EXPECT_EQ(steps_of(cells_of(one)), (Steps{{5}}));
  const auto many = every(10, 1000);
  const auto cells = cells_of(many);
  EXPECT_EQ(cells.size(), 48u);
  size_t lines = 0;
  for (const auto& cell : cells) {
    EXPECT_FALSE(cell.empty());
    lines += cell.size();
  }
  EXPECT_EQ(lines, many.size());
}

TEST(MetricsGroups, HaveTheMeanOfWhatIsThere) {
  const auto lines = lines_at({2, 4, 9});
  const Group group = {&lines[0], &lines[1], &lines[2]};
  EXPECT_EQ(mean_of(group, [](const auto& line) { return line.loss; }), 5);
  EXPECT_EQ(mean_of(group, [](const auto& line) { return line.step == 9 ? NAN : line.loss; }), 3);
  EXPECT_TRUE(std::isnan(mean_of(group, [](const auto&) { return NAN; })));
}

class History : public testing::Test {
 protected:
  std::string add(const std::vector<StepMetrics>& metrics) {
    Page page("Run");
    add_training_report(page, metrics, Pictures(folder_.path()));
    return page.html();
  }

  TempFolder folder_;
};

TEST_F(History, ShowsTheLoadsOfLayersAsMultiplesOfAnEvenShare) {
  auto metrics = lines_at({10, 20});
  metrics[0].expert_load = {{}, {0.25, 0.75}};
  metrics[1].expert_load = {{}, {0.5, 0.5}};
  metrics[1].validation_loss = 3;
  const auto html = add(metrics);
  EXPECT_TRUE(holds(folder_.read("load_busiest.gnuplot"),
                    "$cells << END\n5 0 NaN\n15 0 NaN\n5 1 1.5\n15 1 1\nEND\n"));
  EXPECT_TRUE(holds(folder_.read("load_least.gnuplot"),
                    "$cells << END\n5 0 NaN\n15 0 NaN\n5 1 0.5\n15 1 1\nEND\n"));
  EXPECT_TRUE(holds(folder_.read("load_layer_1.gnuplot"), "$line0 << END\n10 0.25\n20 0.5\nEND"));
  EXPECT_TRUE(holds(folder_.read("loss.gnuplot"), "$line0 << END\n10 10\n20 20\nEND\n"));
  EXPECT_TRUE(holds(folder_.read("loss.gnuplot"), "$line1 << END\n20 3\nEND\n"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path("load_layer_0.gnuplot")));
  for (const std::string heading : {"Training", "Expert load during training"}) {
    EXPECT_TRUE(holds(html, "<h2>" + heading + "</h2>")) << heading;
  }
}

TEST_F(History, DrawsNoLoadsWithoutRouters) {
  const auto html = add(lines_at({10, 20}));
  EXPECT_FALSE(holds(html, "load"));
  std::vector<std::string> scripts;
  for (const auto& name : names_in(folder_.path())) {
    if (holds(name, ".gnuplot")) scripts.push_back(name);
  }
  EXPECT_EQ(scripts, (std::vector<std::string>{"gradient_norm.gnuplot", "learning_rate.gnuplot",
                                               "loss.gnuplot", "tokens_per_second.gnuplot"}));
}

TEST_F(History, DrawsNoLayersOneByOneWhereThereAreMany) {
  auto metrics = lines_at({10, 20});
  for (auto& line : metrics) line.expert_load.assign(9, {0.5, 0.5});
  add(metrics);
  EXPECT_TRUE(std::filesystem::exists(folder_.path("load_least.gnuplot")));
  EXPECT_FALSE(std::filesystem::exists(folder_.path("load_layer_0.gnuplot")));
}

TEST_F(History, SaysWhereThereIsNone) {
  EXPECT_TRUE(holds(add({}), "<p>No step was logged.</p>"));
  EXPECT_TRUE(names_in(folder_.path()).empty());
}

}  // namespace
}  // namespace mola
