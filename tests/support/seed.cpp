// Seeds torch's random generator before each test: by default every process draws other numbers.
// Products are not chosen by timing, here and in the programs that tests start.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <torch/utils.h>

namespace mola {
namespace {

class Seeder : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo&) override { torch::manual_seed(0); }
};

[[maybe_unused]] const bool kIsListening = [] {
  setenv("MOLA_PRODUCTS", "default", /*overwrite=*/0);
  testing::UnitTest::GetInstance()->listeners().Append(new Seeder);  // which owns it
  return true;
}();

}  // namespace
}  // namespace mola
