#include "experiment/continual_results.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/test_files.h"

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
      "Test accuracy in percent. OP: mean over all domains after the last one. PD: mean change of "
      "the accuracy on an earlier domain when a later one is trained; negative means forgetting.\n"
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

TEST_F(ContinualResults, AreAPage) {
  TempFolder folder;
  const auto page = continual_report(plan_, results_, Pictures(folder.path("pictures")));
  EXPECT_NE(page.find("<td>lora</td><td class=\"number\">64</td><td class=\"number\">75.00</td>"),
            std::string::npos);
  EXPECT_NE(page.find("<td>it&#39;s</td><td class=\"number\">96</td><td class=\"number\"></td>"),
            std::string::npos);
  EXPECT_NE(page.find("after physics"), std::string::npos);
  // After biology the mean is biology's alone, 90; after physics that of 80 and 70.
  const auto mean = folder.read("pictures/mean.gnuplot");
  EXPECT_NE(mean.find("1 90"), std::string::npos) << mean;
  EXPECT_NE(mean.find("2 75"), std::string::npos) << mean;
}

}  // namespace
}  // namespace mola
