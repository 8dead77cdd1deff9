#include "mola/train/metrics.h"

#include <gtest/gtest.h>

#include "support/test_files.h"

namespace mola {
namespace {

TEST(Metrics, AreOneObjectALine) {
  const TempFolder folder;
  MetricsWriter writer(folder.path("metrics.jsonl"));
  writer.write({3, 0.5, 2.25, 1.5, 0.25, 0.75, 100, {}});
  writer.write({4, 1.0, 2.0, 1.5, 0.25, 0.75, 100, 2.5});
  EXPECT_EQ(folder.read("metrics.jsonl"),
            "{\"step\":3,\"epoch\":0.5,\"loss\":2.25,\"balance_loss\":1.5,\"learning_rate\":0.25,"
            "\"grad_norm\":0.75,\"tokens_per_second\":100.0}\n"
            "{\"step\":4,\"epoch\":1.0,\"loss\":2.0,\"balance_loss\":1.5,\"learning_rate\":0.25,"
            "\"grad_norm\":0.75,\"tokens_per_second\":100.0,\"validation_loss\":2.5}\n");
}

TEST(Metrics, AreCutBackToAStep) {
  const TempFolder folder;
  const auto cut = [&](const std::string& text, int64_t last_step) {
    cut_metrics(folder.write("metrics.jsonl", text), last_step);
    return folder.read("metrics.jsonl");
  };
  const std::string two = "{\"step\":2}\n";
  const std::string four = "{\"step\":4}\n";
  EXPECT_EQ(cut(two + four, 4), two + four);
  EXPECT_EQ(cut(two + four, 3), two);
  EXPECT_EQ(cut(two + four, 0), "");
  EXPECT_EQ(cut(two + "{\"step\":4,\"lo", 4), two);  // killed while writing
  cut_metrics(folder.path("none.jsonl"), 4);
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"metrics.jsonl"});
}

}  // namespace
}  // namespace mola
