#include "mola/config/continual_plan.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

using nlohmann::json;

class ContinualPlanTest : public testing::Test {
 protected:
  ContinualPlan read(const std::vector<std::string>& overrides = {}) {
    return read_continual_plan(folder_.write("plan.json", plan_.dump()), overrides);
  }
  std::string message(const std::vector<std::string>& overrides = {}) {
    const auto text = message_of<Error>([&] { read(overrides); });
    const std::string file = folder_.path("plan.json") + ": ";
    return text.rfind(file, 0) == 0 ? text.substr(file.size()) : text;
  }

  json plan_ = json::parse(R"({
    "model": {"path": "m"},
    "domains": [{"name": "biology", "data": {"topic": "biology"}},
                {"name": "physics", "data": {"topic": "physics"}, "train": {"epochs": 3}}],
    "adapters": [{"name": "lora", "adapter": {"type": "lora"}, "train": {"learning_rate": 0.25,
                                                                        "epochs": 4}},
                 {"name": "2468", "adapter": {"allocation": "2468"}}],
    "data": {"task": "scienceqa", "path": "s", "max_length": 64},
    "train": {"learning_rate": 0.125, "seed": 5},
    "output": {"dir": "out", "keep": 1}})");
  TempFolder folder_;
};

TEST_F(ContinualPlanTest, GoesFromDomainToDomain) {
  const auto plan = read();
  EXPECT_EQ(plan.domains, (std::vector<std::string>{"biology", "physics"}));
  EXPECT_EQ(plan.adapters, (std::vector<std::string>{"lora", "2468"}));
  ASSERT_EQ(plan.runs.size(), 4u);
  const auto& first = plan.run(1, 0);
  EXPECT_EQ(first.adapter, "2468");
  EXPECT_EQ(first.domain, "biology");
  EXPECT_EQ(first.config.output.dir, "out/runs/2468/1-biology");
  EXPECT_EQ(first.config.output.keep, 1);
  EXPECT_EQ(first.config.adapter.settings.at("allocation").json(), "\"2468\"");
  EXPECT_EQ(first.config.data.task, "scienceqa");
  EXPECT_EQ(first.config.data.topic, "biology");
  EXPECT_EQ(first.config.data.validation, 0);
  EXPECT_EQ(first.config.train.seed, 5);
  const auto& second = plan.run(1, 1);
  EXPECT_EQ(second.config.output.dir, "out/runs/2468/2-physics");
  EXPECT_EQ(second.config.adapter.init_from, "out/runs/2468/1-biology/adapter");
  EXPECT_EQ(second.config.adapter.settings.count("allocation"), 0u);
  EXPECT_EQ(second.config.data.topic, "physics");
}

// The plan's, then the adapter's, then the domain's.
TEST_F(ContinualPlanTest, PutsWhatIsSpecialOverWhatIsGeneral) {
  const auto plan = read();
  EXPECT_EQ(plan.run(0, 0).config.train.epochs, 4);
  EXPECT_EQ(plan.run(0, 1).config.train.epochs, 3);
  EXPECT_EQ(plan.run(1, 0).config.train.epochs, TrainConfig().epochs);
  EXPECT_EQ(plan.run(0, 1).config.train.learning_rate, 0.25);
  EXPECT_EQ(plan.run(1, 1).config.train.learning_rate, 0.125);
  const auto other = read({"train.epochs=1", "output.dir=here", "evaluation.limit=7"});
  EXPECT_EQ(other.run(0, 1).config.train.epochs, 1);
  EXPECT_EQ(other.run(0, 1).config.adapter.init_from, "here/runs/lora/1-biology/adapter");
  EXPECT_EQ(other.evaluation.limit, 7);
}

TEST_F(ContinualPlanTest, RefusesWhatCannotBeDone) {
  const auto with = [&](const std::string& pointer, const json& value) {
    const json kept = plan_;
    plan_[json::json_pointer(pointer)] = value;
    const auto text = message();
    plan_ = kept;
    return text;
  };
  EXPECT_EQ(with("/domains", json::array()), "domains: is empty or missing, expected at least one");
  EXPECT_EQ(with("/domains", {{{"name", "biology"}}}),
            "domains: found only biology, expected two or more");
  EXPECT_EQ(with("/domains/1/name", "biology"), "domains: found \"biology\" twice");
  EXPECT_EQ(with("/domains/1/name", "a/b"),
            "domains[1].name: found 'a/b', expected letters, digits, _, - and .");
  EXPECT_EQ(with("/adapters/1/name", "lora"), "adapters: found \"lora\" twice");
  EXPECT_EQ(
      with("/adapters/1/adapter", {{"type", "full"}}),
      "adapters: 2468: found the type full, expected an adapter that the next domain can start "
      "from");
  EXPECT_EQ(with("/domain", 1),
            "domain: unknown key, found with the value 1 (nearest valid key: domains)");
  EXPECT_EQ(with("/output/keep_adapters", false),
            "output.keep_adapters: unknown key, found with the value false (nearest valid key: "
            "output.keep)");
  EXPECT_EQ(with("/evaluation.limit", 1),
            "evaluation.limit: unknown key, expected \"evaluation\": {\"limit\": 1}");
  EXPECT_EQ(message({"seeds=[1]"}),
            "--set seeds: unknown key, found with the value [1] (nearest valid key: model)");
}

TEST(ContinualConfigs, ArePlans) {
  const auto folder = std::filesystem::path(MOLA_REFERENCE_DIR) / "../../configs/continual";
  int64_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename() == "schema.json") continue;
    ++count;
    const auto plan = read_continual_plan(entry.path().string());
    for (const auto& run : plan.runs) {
      if (!run.config.adapter.init_from) resolve(run.config.adapter, 32);
    }
    EXPECT_EQ(plan.output_dir.rfind("runs/", 0), 0u) << entry.path();
  }
  EXPECT_EQ(count, 2);
}

}  // namespace
}  // namespace mola
