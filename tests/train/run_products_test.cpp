#include "train/run_products.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <nlohmann/json.hpp>

#include "mola/base/error.h"
#include "mola/base/log.h"
#include "mola/train/finetune.h"
#include "support/fixture.h"
#include "support/test_files.h"
#include "support/token_rows.h"

namespace mola {
namespace {

using nlohmann::json;

// Runs of four steps that time their products, with a cache of their own.
class RunProducts : public testing::Test {
 protected:
  RunProducts() {
    unsetenv("MOLA_PRODUCTS");
    setenv("XDG_CACHE_HOME", folder_.path("cache").c_str(), 1);
    run_.model = {reference("llama/gqa"), "f32", "cpu"};
    run_.adapter["allocation"] = "24";
    run_.data.task = "tokens";
    run_.data.path = folder_.write("rows.jsonl", token_rows(8));
    run_.train.max_steps = 4;
    run_.train.batch_size = 4;
    run_.train.micro_batch_size = 2;
    run_.output = {folder_.path("run"), /*save_every=*/2, /*keep=*/2, /*log_every=*/1};
    set_log_sink([this](LogLevel, const std::string& line) { log_ += line + "\n"; });
  }
  ~RunProducts() override {
    set_log_sink({});
    setenv("MOLA_PRODUCTS", "default", 1);
    unsetenv("XDG_CACHE_HOME");
  }

  json products_in(const std::string& file) const { return json::parse(folder_.read(file)); }
  static std::string key_of(const json& file) { return file.begin().key(); }

  // Every product by ATen.
  static json by_aten(json file) {
    for (auto& products : file) {
      for (auto& methods : products) methods = {{"512", "aten"}};
    }
    return file;
  }

  void stop_after(int64_t last) {
    FinetuneOptions options;
    options.on_step = [last](const Trainer::Step& step) { return step.number < last; };
    finetune(run_, options);
  }
  void resume() {
    FinetuneOptions options;
    options.resume = true;
    finetune(run_, options);
  }
  bool is_logged(const std::string& text) const { return log_.find(text) != std::string::npos; }

  TempFolder folder_;
  RunConfig run_;
  std::string log_;
};

const char* const kOwn = "run/products.json";
const char* const kCache = "cache/mola/products.json";

TEST_F(RunProducts, AreTimedAndKept) {
  finetune(run_);
  EXPECT_TRUE(is_logged("products ")) << log_;
  EXPECT_EQ(products_in(kOwn), products_in(kCache));
  const auto key = key_of(products_in(kOwn));
  EXPECT_NE(key.find(" threads, torch 2."), std::string::npos) << key;
  EXPECT_NE(key.find(", packed copies: 1"), std::string::npos) << key;
}

TEST_F(RunProducts, ComeFromTheCache) {
  finetune(run_);
  const auto chosen = by_aten(products_in(kOwn));
  folder_.write(kCache, chosen.dump());
  run_.output.dir = folder_.path("second");
  finetune(run_);
  EXPECT_EQ(products_in("second/products.json"), chosen);
}

TEST_F(RunProducts, OfAResumedRunAreItsOwn) {
  stop_after(2);
  const auto chosen = by_aten(products_in(kOwn));
  folder_.write(kOwn, chosen.dump());
  resume();
  EXPECT_EQ(products_in(kOwn), chosen);
  EXPECT_NE(products_in(kCache), chosen);
}

TEST_F(RunProducts, OfAnotherMachineAreChosenAnewWithAWarning) {
  stop_after(2);
  const auto here = products_in(kOwn);
  folder_.write(kOwn, json({{"another CPU", by_aten(here).begin().value()}}).dump());
  resume();
  EXPECT_TRUE(is_logged("has no choice for this machine (" + key_of(here))) << log_;
  EXPECT_TRUE(products_in(kOwn).contains(key_of(here)));
  EXPECT_TRUE(products_in(kOwn).contains("another CPU"));
}

TEST_F(RunProducts, OfARunThatBeganWithoutThemStayTheDefault) {
  setenv("MOLA_PRODUCTS", "default", 1);
  stop_after(2);
  EXPECT_FALSE(std::filesystem::exists(folder_.path(kOwn)));
  unsetenv("MOLA_PRODUCTS");
  resume();
  EXPECT_FALSE(std::filesystem::exists(folder_.path(kOwn)));
  EXPECT_FALSE(std::filesystem::exists(folder_.path(kCache)));
}

TEST_F(RunProducts, AreTimedAgainIfTheCacheIsDamaged) {
  for (const auto* damaged : {"{", "[1]", R"({"a": {"b": {"512": "by hand"}}})",
                              R"({"a": {"b": {"many": "aten"}}})", R"({"a": 3})"}) {
    folder_.write(kCache, damaged);
    log_.clear();
    run_.output.dir = folder_.path("run");
    std::filesystem::remove_all(run_.output.dir);
    finetune(run_);
    EXPECT_TRUE(is_logged("is not what mola writes, and is made again")) << damaged << "\n" << log_;
    EXPECT_EQ(products_in(kOwn), products_in(kCache)) << damaged;
  }
}

TEST_F(RunProducts, AreTimedWithoutACacheThatCannotBeWritten) {
  folder_.write("cache", "a file");
  finetune(run_);
  EXPECT_TRUE(is_logged("the next run times its products again")) << log_;
  EXPECT_TRUE(std::filesystem::exists(folder_.path(kOwn)));
}

TEST_F(RunProducts, AreNotPackedIfTheConfigSaysSo) {
  run_.model.pack_weights = PackWeights::kNo;
  finetune(run_);
  EXPECT_NE(key_of(products_in(kOwn)).find("packed copies: 0"), std::string::npos);
}

TEST_F(RunProducts, AreRefusedByAnUnknownSetting) {
  setenv("MOLA_PRODUCTS", "fast", 1);
  try {
    finetune(run_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "MOLA_PRODUCTS: found 'fast', expected default or nothing");
  }
}

}  // namespace
}  // namespace mola
