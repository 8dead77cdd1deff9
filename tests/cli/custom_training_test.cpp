#include <gtest/gtest.h>

#include "support/process.h"

namespace mola {
namespace {

// The numbers behind "loss" in the program's lines.
std::vector<double> losses(const std::string& out) {
  std::vector<double> found;
  std::istringstream words(out);
  for (std::string word; words >> word;) {
    if (word != "loss") continue;
    words >> word;
    found.push_back(std::stod(word));
  }
  return found;
}

TEST(CustomTraining, LowersItsLoss) {
  const auto result = Process(std::vector<std::string>{program_path("custom_training")}).wait();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  const auto found = losses(result.out);
  ASSERT_GE(found.size(), 2u) << result.out;
  EXPECT_LT(found.back(), 0.5 * found.front()) << result.out;
}

}  // namespace
}  // namespace mola
