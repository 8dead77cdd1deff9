#include "mola/train/metrics.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

TEST(Metrics, AreOneObjectALine) {
  const TempFolder folder;
  MetricsWriter writer(folder.path("metrics.jsonl"));
  writer.write({3, 0.5, 2.25, 1.5, 0.25, 0.75, 100, 50, {}, {}});
  writer.write({4, 1.0, 2.0, 1.5, 0.25, 0.75, 100, 50, 2.5, {{}, {2.0 / 3, 1.0 / 3}}});
  EXPECT_EQ(folder.read("metrics.jsonl"),
            "{\"step\":3,\"epoch\":0.5,\"loss\":2.25,\"balance_loss\":1.5,\"learning_rate\":0.25,"
            "\"grad_norm\":0.75,\"tokens_per_second\":100.0,"
            "\"computed_tokens_per_second\":50.0}\n"
            "{\"step\":4,\"epoch\":1.0,\"loss\":2.0,\"balance_loss\":1.5,\"learning_rate\":0.25,"
            "\"grad_norm\":0.75,\"tokens_per_second\":100.0,"
            "\"computed_tokens_per_second\":50.0,\"validation_loss\":2.5,"
            "\"expert_load\":[[],[0.6667,0.3333]]}\n");
}

TEST(Metrics, AreReadBack) {
  const TempFolder folder;
  const auto path = folder.path("metrics.jsonl");
  MetricsWriter writer(path);
  writer.write({3, 0.5, 2.25, 1.5, 0.25, 0.75, 100, 50, {}, {}});
  writer.write({4, 1.0, 2.0, 1.25, 0.5, 0.625, 200, 50, 2.5, {{}, {0.25, 0.75}}});
  const auto whole = folder.read("metrics.jsonl");
  for (const std::string unfinished : {"", "{\"step\":5,\"lo"}) {
    folder.write("metrics.jsonl", whole + unfinished);
    const auto all = read_metrics(path);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].step, 3);
    EXPECT_FALSE(all[0].validation_loss);
    EXPECT_TRUE(all[0].expert_load.empty());
    EXPECT_EQ(all[1].epoch, 1);
    EXPECT_EQ(all[1].loss, 2);
    EXPECT_EQ(all[1].balance_loss, 1.25);
    EXPECT_EQ(all[1].learning_rate, 0.5);
    EXPECT_EQ(all[1].grad_norm, 0.625);
    EXPECT_EQ(all[1].tokens_per_second, 200);
    EXPECT_EQ(all[1].computed_tokens_per_second, 50);
    EXPECT_EQ(all[1].validation_loss, 2.5);
    EXPECT_EQ(all[1].expert_load, (ExpertNumbers{{}, {0.25, 0.75}}));
  }
}

TEST(Metrics, RefuseABrokenLine) {
  const TempFolder folder;
  const auto path = folder.path("metrics.jsonl");
  MetricsWriter(path).write({3, 0.5, 2.25, 1.5, 0.25, 0.75, 100, 50, {}, {}});
  const auto good = folder.read("metrics.jsonl");
  const auto error = [&](const std::string& line) {
    folder.write("metrics.jsonl", good + line + "\n" + good);
    return message_of<Error>([&] { read_metrics(path); });
  };
  EXPECT_EQ(error("{\"step\":5,\"lo").find(path + ", line 2: parse error"), 0u);
  EXPECT_EQ(error("[]"), path + ", line 2: found [], expected an object");
  EXPECT_EQ(error(good.substr(0, good.find('\n'))),
            path + ", line 2: found step 3, expected a step above 3");
  EXPECT_EQ(error("{\"step\":5}"), path + ", line 2: epoch: is missing");
  EXPECT_EQ(error(good.substr(0, good.find('}')) + ",\"expert_load\":3}"),
            path + ", line 2: expert_load: found 3, expected a list of numbers for each layer");
  EXPECT_EQ(message_of<Error>([&] { read_metrics(folder.path("none")); }),
            folder.path("none") + ": cannot be read: No such file or directory");
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
