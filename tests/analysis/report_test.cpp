#include "analysis/report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "analysis/measurement_pictures.h"
#include "analysis/measurement_tables.h"
#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

// Three experts of q_proj in layer 1, one of which serves no token, and two of up_proj in layer 0.
Measurements small() {
  Measurements measurements;
  measurements.num_layers = 2;
  measurements.redundancy = {{0, "up_proj", 2, {1.5, 2.5, 1.25, 0.5}},
                             {1, "q_proj", 3, {4, 5, 3, 2}}};
  ProjectionRouting up;
  up.layer = 0;
  up.projection = "up_proj";
  up.tokens = 4;
  up.picks = {3, 1};
  up.share = {0.75, 0.25};
  up.weight = {1, 1};
  up.probability = {0.5, 0.5};
  up.entropy = 0.5;
  up.co_picks = {{3, 0}, {0, 1}};
  ProjectionRouting q;
  q.layer = 1;
  q.projection = "q_proj";
  q.tokens = 4;
  q.picks = {4, 4, 0};
  q.share = {0.5, 0.5, 0};
  q.weight = {0.75, 0.25, NAN};
  q.probability = {0.5, 0.25, 0.25};
  q.entropy = 0.25;
  q.dead = 1.0 / 3;
  q.co_picks = {{4, 4, 0}, {4, 4, 0}, {0, 0, 0}};
  measurements.routing = {up, q};
  return measurements;
}

Measurements with_groups() {
  auto measurements = small();
  auto other = measurements.routing;
  other[0].share = {0.25, 0.75};
  measurements.grouped_by = "answer";
  measurements.groups = {{"a \"quoted\", one", other}, {"yes", measurements.routing}};
  return measurements;
}

TEST(MeasurementTables, HaveALineForEach) {
  EXPECT_EQ(redundancy_csv(small()),
            "layer,projection,num_experts,product,factors,lora_A,lora_B\n"
            "0,up_proj,2,1.5,2.5,1.25,0.5\n"
            "1,q_proj,3,4.0,5.0,3.0,2.0\n");
  EXPECT_EQ(routers_csv(small()),
            "layer,projection,num_experts,tokens,entropy,dead\n"
            "0,up_proj,2,4,0.5,0.0\n"
            "1,q_proj,3,4,0.25,0.3333333333333333\n");
  EXPECT_EQ(experts_csv(small()),
            "layer,projection,expert,picks,share,weight,probability\n"
            "0,up_proj,0,3,0.75,1.0,0.5\n"
            "0,up_proj,1,1,0.25,1.0,0.5\n"
            "1,q_proj,0,4,0.5,0.75,0.5\n"
            "1,q_proj,1,4,0.5,0.25,0.25\n"
            "1,q_proj,2,0,0.0,,0.25\n");
  EXPECT_EQ(co_selection_csv(small()),
            "layer,projection,expert,other,tokens\n"
            "0,up_proj,0,1,0\n"
            "1,q_proj,0,1,4\n"
            "1,q_proj,0,2,0\n"
            "1,q_proj,1,2,0\n");
  const auto groups = groups_csv(with_groups());
  EXPECT_EQ(groups.find("group,layer,projection,expert,tokens,picks,share,weight\n"
                        "\"a \"\"quoted\"\", one\",0,up_proj,0,4,3,0.25,1.0\n"),
            0u)
      << groups;
}

TEST(MeasurementTables, HaveNullInJsonWhereThereIsNothing) {
  const auto json = nlohmann::json::parse(measurements_json(with_groups()));
  EXPECT_EQ(json["redundancy"]["overall"]["product"], 2.75);
  EXPECT_TRUE(json["redundancy"]["self_attention"][0]["product"].is_null());
  EXPECT_EQ(json["redundancy"]["self_attention"][1]["product"], 4);
  EXPECT_TRUE(json["routing"][1]["weight"][2].is_null());
  EXPECT_EQ(json["groups"]["yes"][1]["picks"], nlohmann::json({4, 4, 0}));
}

TEST(MeasurementPictures, ShowLayersAndExperts) {
  const auto distances = distance_chart(small());
  EXPECT_EQ(distances.x, (std::vector<double>{0, 1}));
  EXPECT_TRUE(std::isnan(distances.lines[0].y[0]));
  EXPECT_EQ(distances.lines[0].y[1], 4);
  EXPECT_EQ(distances.lines[1].y, (std::vector<double>{1.5, 4}));
  const auto load = load_map(small(), "q_proj");
  ASSERT_EQ(load.rows.size(), 3);
  EXPECT_TRUE(std::isnan(load.rows[0][0]));
  EXPECT_EQ(load.rows[0][1], 1.5);
  EXPECT_EQ(load.rows[2][1], 0);
  EXPECT_EQ(load_map(small(), "up_proj").high, 1.5);  // of all projections
  EXPECT_TRUE(std::isnan(weight_map(small(), "q_proj").rows[2][1]));
  EXPECT_EQ(routed_projections(small()), (std::vector<std::string>{"q_proj", "up_proj"}));
  EXPECT_EQ(dead_chart(small()).lines[0].y[1], 1.0 / 3);
}

// Of three pairs one is all: three times the mean. A router with a top_k of 1 has no pairs.
TEST(MeasurementPictures, ShowPairs) {
  const auto pairs = pair_chart(small());
  EXPECT_EQ(pairs.lines[0].y[1], 3);
  EXPECT_TRUE(std::isnan(pairs.lines[1].y[0]));
  const auto map = co_selection_map(small(), "q_proj");
  EXPECT_EQ(map.title, "q_proj, layer 1");
  EXPECT_EQ(map.rows[0][1], 1);
  EXPECT_EQ(map.rows[1][2], 0);
  EXPECT_TRUE(std::isnan(map.rows[1][1]));
  EXPECT_TRUE(co_selection_map(small(), "up_proj").rows.empty());
}

TEST(MeasurementPictures, ShowHowGroupsDiffer) {
  const auto map = group_map(with_groups());
  EXPECT_EQ(map.row_names, (std::vector<std::string>{"a \"quoted\", one", "yes"}));
  EXPECT_EQ(map.rows[0], (std::vector<double>{0.5, 0}));
  EXPECT_EQ(map.rows[1], (std::vector<double>{0, 0}));
}

// Its lowest layer has one pick a token, so no pairs; the next has.
TEST(MeasurementPictures, ShowPairsOfALayerThatHasThem) {
  auto measurements = small();
  measurements.routing[0].projection = "q_proj";
  EXPECT_EQ(co_selection_map(measurements, "q_proj").title, "q_proj, layer 1");
}

TEST(MeasurementPictures, CompareAllProjectionsWhereAttentionHasNoExperts) {
  auto measurements = small();
  measurements.redundancy.pop_back();
  const auto chart = distance_chart(measurements);
  ASSERT_EQ(chart.lines.size(), 1);
  EXPECT_EQ(chart.lines[0].name, "all projections");
  EXPECT_EQ(factor_chart(measurements).lines[0].y[0], 2.5);
}

TEST(WriteReport, HasAllInOneFolder) {
  TempFolder folder;
  StepMetrics step;
  step.step = 1;
  step.loss = 2;
  const auto path = write_report(with_groups(), "Experts of <x>", {step}, folder.path("report"));
  EXPECT_EQ(path, folder.path("report/report.html"));
  const auto page = folder.read("report/report.html");
  EXPECT_NE(page.find("Experts of &lt;x&gt;"), std::string::npos);
  EXPECT_NE(page.find("a &quot;quoted&quot;, one"), std::string::npos);
  if (std::system("command -v gnuplot > /dev/null") == 0) {
    EXPECT_NE(page.find("<img src="), std::string::npos);
    EXPECT_EQ(page.find("Not rendered"), std::string::npos);
  }
  EXPECT_NE(message_of<Error>([&] {
              write_report(small(), "", {}, folder.path("report"));
            }).find("already holds files"),
            std::string::npos);
  EXPECT_EQ(names_in(folder.path("report")),
            (std::vector<std::string>{"co_selection.csv", "experts.csv", "groups.csv",
                                      "measurements.json", "pictures", "redundancy.csv",
                                      "report.html", "routers.csv"}));
}

}  // namespace
}  // namespace mola
