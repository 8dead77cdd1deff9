#include <gtest/gtest.h>

#include <regex>

#include "support/process.h"
#include "support/tiny_llama.h"

namespace mola {
namespace {

// LLaMA-2-7B by its config.json alone.
class Parameters : public testing::Test {
 protected:
  Parameters() {
    folder_.write("model/config.json", config_text(llama2_7b_config()));
    const nlohmann::json run_config = {{"model", {{"path", folder_.path("model")}}},
                                       {"adapter", {{"allocation", "8888"}}},
                                       {"data", {{"task", "cola"}, {"path", "none"}}},
                                       {"output", {{"dir", folder_.path("run")}}}};
    folder_.write("run.json", run_config.dump());
  }

  ProcessResult parameters(const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {folder_.path("run.json")};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run("parameters", all);
  }

  // The number behind `name` in the program's output.
  static std::string number(const ProcessResult& result, const std::string& name) {
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::smatch found;
    const std::regex line("(?:^|\n)" + name + " +([0-9,]+)");
    return std::regex_search(result.out, found, line) ? found[1].str() : "none";
  }

  TempFolder folder_;
};

TEST_F(Parameters, AreThePapersForMola) {
  const std::map<std::string, std::vector<std::string>> counts = {
      {"169,017,344", {"8888"}},
      {"105,635,840", {"5555", "8642", "2468", "8228", "2882"}},
      {"84,508,672", {"4444", "6532", "2356", "6226", "2662"}}};
  for (const auto& [count, allocations] : counts) {
    for (const auto& allocation : allocations) {
      const auto result = parameters({"--set", "adapter.allocation=" + allocation});
      EXPECT_EQ(number(result, "trainable"), count) << allocation;
      EXPECT_EQ(number(result, "frozen"), "6,738,415,616") << allocation;
    }
  }
}

TEST_F(Parameters, AreThePapersForLora) {
  folder_.write("run.json",
                std::regex_replace(folder_.read("run.json"), std::regex("\"allocation\":\"8888\""),
                                   "\"type\":\"lora\",\"rank\":64"));
  const auto result = parameters({});
  EXPECT_EQ(number(result, "trainable"), "159,907,840");
  EXPECT_EQ(number(result, "total"), "6,898,323,456");  // with the 6,738,415,616 of the base
  EXPECT_FALSE(std::filesystem::exists(folder_.path("run")));
}

TEST_F(Parameters, AreAllForFullFineTuning) {
  folder_.write("run.json",
                std::regex_replace(folder_.read("run.json"), std::regex("\"allocation\":\"8888\""),
                                   "\"type\":\"full\""));
  const auto result = parameters({});
  EXPECT_EQ(number(result, "trainable"), "6,738,415,616");
  EXPECT_EQ(number(result, "frozen"), "0");
}

// q_proj alone, rank 8: E (8 * 4096 + 4096 * 8) of experts and 4096 E of the router.
TEST_F(Parameters, AreShownByLayer) {
  const auto result = parameters({"--set",
                                  "adapter.allocation=[0,1,2" +
                                      [] {
                                        std::string rest;
                                        for (int layer = 3; layer < 32; ++layer) rest += ",0";
                                        return rest;
                                      }() +
                                      "]",
                                  "--set", "adapter.target_modules=[\"q_proj\"]"});
  EXPECT_EQ(number(result, "trainable"), "204,800");
  EXPECT_EQ(number(result, "0 +0"), "0");
  EXPECT_EQ(number(result, "1 +1"), "65,536");  // without a router
  EXPECT_EQ(number(result, "2 +2"), "139,264");
  EXPECT_EQ(number(result, "31 +0"), "0");
}

TEST_F(Parameters, NameWhatIsWrong) {
  expect_error(parameters({"--set", "adapter.allocation=[2, 4]"}), {"allocation", "[2,4]", "32"});
  std::filesystem::remove(folder_.path("model/config.json"));
  expect_error(parameters({}), {folder_.path("model/config.json"), "No such file"});
}

}  // namespace
}  // namespace mola
