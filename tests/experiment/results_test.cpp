#include "experiment/results.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace mola {
namespace {

class Results : public testing::Test {
 protected:
  Results() {
    plan_.tasks = {"cola", "pile"};
    plan_.adapters = {"lora", "2468"};
    plan_.epochs = {10, 15};
    plan_.seeds = {1, 2};
    //          task    adapter  epochs seed parameters loss? validation test
    results_ = {
        {"cola", "lora", 10, 1, 64, false, 0.5, 0.9}, {"cola", "lora", 10, 2, 64, false, 0.6, 0.9},
        {"cola", "lora", 15, 1, 64, false, 0.7, 0.8}, {"cola", "lora", 15, 2, 64, false, 0.6, 0.6},
        {"pile", "lora", 10, 1, 64, true, 2.5, 3.0},  {"pile", "lora", 15, 1, 64, true, 2.75, 2.0},
        {"cola", "2468", 10, 1, 96, false, 0.5, 0.5}, {"cola", "2468", 15, 1, 96, false, 0.5, 0.7}};
  }

  ExperimentPlan plan_;
  std::vector<RunResult> results_;
};

TEST_F(Results, ChooseTheEpochsOnTheHeldOutRows) {
  const auto cells = result_cells(plan_, results_);
  ASSERT_EQ(cells.size(), 3u);
  EXPECT_EQ(cells[0].epochs, 15);  // 0.65 against 0.55
  EXPECT_DOUBLE_EQ(cells[0].validation, 0.65);
  EXPECT_DOUBLE_EQ(cells[0].test.value, 0.7);
  // Two values 0.2 apart: t(1) s / sqrt(2) = 12.7062 * 0.1414 / 1.4142.
  EXPECT_NEAR(cells[0].test.high - cells[0].test.value, 1.27062, 1e-9);
  EXPECT_EQ(cells[0].epochs_best_on_test, 10);
  EXPECT_DOUBLE_EQ(cells[0].best_on_test.value, 0.9);
  EXPECT_EQ(cells[1].epochs, 10);  // of equals the fewest
  EXPECT_EQ(cells[2].task, "pile");
  EXPECT_EQ(cells[2].epochs, 10);  // the lower loss
  EXPECT_EQ(cells[2].epochs_best_on_test, 15);
}

TEST_F(Results, AreATable) {
  EXPECT_EQ(results_table(plan_, result_cells(plan_, results_)),
            "Test accuracy in percent (the loss for tasks without answers): mean over 2 seeds ± "
            "half of the 95 % interval (epochs, chosen on held-out training rows). Empty: every "
            "run failed.\n"
            "\n"
            "| adapter | trainable | cola | pile |\n"
            "|---|---:|---|---|\n"
            "| lora | 64 | 70.00 ± 127.06 (15) | 3.0000 (10) [1 of 2 seeds] |\n"
            "| 2468 | 96 | 50.00 (10) [1 of 2 seeds] |  |\n"
            "\n"
            "Not comparable with the above: the epochs with the best test score.\n"
            "\n"
            "| adapter | trainable | cola, best on test | pile, best on test |\n"
            "|---|---:|---|---|\n"
            "| lora | 64 | 90.00 (10) | 2.0000 (15) |\n"
            "| 2468 | 96 | 70.00 (15) |  |\n");
}

TEST_F(Results, AreJson) {
  const auto json = nlohmann::json::parse(results_json(result_cells(plan_, results_), results_));
  EXPECT_EQ(json["runs"].size(), 8u);
  EXPECT_EQ(json["runs"][3]["test"], 0.6);
  EXPECT_EQ(json["cells"][2]["score"], "loss");
  EXPECT_EQ(json["cells"][0]["epochs"], 15);
}

TEST_F(Results, ArePlotted) {
  const auto script = results_plot(plan_, result_cells(plan_, results_), "table.png");
  EXPECT_EQ(
      script.find("$scores << END\n\"cola\" 70 -57.062 197.062 50 50 50\n\"pile\" 3 3 3 NaN "), 0u)
      << script;
  EXPECT_NE(script.find("set output 'table.png'"), std::string::npos);
  EXPECT_NE(script.find("using 5:6:7:xtic(1) title '2468'"), std::string::npos);
}

}  // namespace
}  // namespace mola
