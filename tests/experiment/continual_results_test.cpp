#include "mola/experiment/continual_results.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace mola {
namespace {

class ContinualResults : public testing::Test {
 protected:
  ContinualResults() {
    plan_.domains = {"biology", "physics"};
    plan_.adapters = {"lora", "it's", "8642"};
    results_ = {
        {"lora", 64, {{0.9, 0.5}, {0.8, 0.7}}}, {"it's", 96, {{0.75, 0.25}}}, {"8642", 0, {}}};
  }

  ContinualPlan plan_;
  std::vector<ContinualResult> results_;
};

TEST_F(ContinualResults, AreTables) {
  EXPECT_EQ(
      continual_table(plan_, results_),
      "Test accuracy in percent. OP: the mean over the domains after the last of them. PD: by "
      "how much the accuracy on a domain changes, on average, when one that follows it is "
      "trained.\n"
      "\n"
      "| adapter | OP | PD |\n"
      "|---|---:|---:|\n"
      "| lora | 75.00 | -10.00 |\n"
      "| it's |  |  |\n"
      "| 8642 |  |  |\n"
      "\n"
      "| lora | biology | physics |\n"
      "|---|---:|---:|\n"
      "| after biology | 90.00 | 50.00 |\n"
      "| after physics | 80.00 | 70.00 |\n"
      "\n"
      "| it's | biology | physics |\n"
      "|---|---:|---:|\n"
      "| after biology | 75.00 | 25.00 |\n"
      "\n"
      "| 8642 | biology | physics |\n"
      "|---|---:|---:|\n");
}

TEST_F(ContinualResults, AreJson) {
  const auto json = nlohmann::json::parse(continual_json(plan_, results_));
  EXPECT_EQ(json["domains"], plan_.domains);
  EXPECT_EQ(json["adapters"][0]["R"], results_[0].R);
  EXPECT_EQ(json["adapters"][0]["trainable_parameters"], 64);
  EXPECT_DOUBLE_EQ(json["adapters"][0]["overall_performance"], 0.75);
  EXPECT_NEAR(json["adapters"][0]["performance_drop"], -0.1, 1e-12);
  EXPECT_TRUE(json["adapters"][1]["overall_performance"].is_null());
  EXPECT_TRUE(json["adapters"][1]["performance_drop"].is_null());
}

// After biology the mean is biology's alone, 90; after physics that of 80 and 70.
TEST_F(ContinualResults, ArePlotted) {
  const auto script = continual_plot(plan_, results_, "out's.png");
  EXPECT_EQ(script.find("$adapter0 << END\n\"biology\" 90 90 50\n\"physics\" 75 80 70\nEND\n"), 0u)
      << script;
  EXPECT_NE(script.find("set output 'out''s.png'"), std::string::npos);
  EXPECT_NE(script.find("title 'it''s'"), std::string::npos);
  EXPECT_NE(script.find("set title 'physics'"), std::string::npos);
  EXPECT_EQ(script.find("'8642'"), std::string::npos);  // nothing is known of it
}

}  // namespace
}  // namespace mola
