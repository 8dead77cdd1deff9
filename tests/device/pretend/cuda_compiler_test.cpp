#include "model/cuda_compiler.h"

#include <gtest/gtest.h>

#include <regex>

#include "kernels/cuda/sources.h"
#include "mola/base/error.h"

namespace mola {
namespace {

// The kernels compile for the cards from Ampere on, and keep their values in registers. This needs
// no card; with a LibTorch for the CPU alone there is no compiler.
class CudaCompilerTest : public testing::TestWithParam<int> {};

TEST_P(CudaCompilerTest, CompilesAllKernelsWithoutSpills) {
  std::unique_ptr<CudaCompiler> compiler;
  try {
    compiler = std::make_unique<CudaCompiler>();
  } catch (const Error& error) {
    GTEST_SKIP() << error.what();
  }
  const std::regex spills("([0-9]+) bytes spill");
  for (const auto& source : cuda_sources()) {
    const auto [binary, log] = compiler->compile(source.name, GetParam());
    EXPECT_FALSE(binary.empty()) << source.name;
    int kernels = 0;
    for (std::sregex_iterator found(log.begin(), log.end(), spills), end; found != end; ++found) {
      EXPECT_EQ((*found)[1], "0") << source.name << ": " << log;
      ++kernels;
    }
    EXPECT_GE(kernels, 3) << source.name << ": " << log;
  }
}

INSTANTIATE_TEST_SUITE_P(Architectures, CudaCompilerTest, testing::Values(80, 86, 90, 100),
                         [](const auto& info) { return "sm_" + std::to_string(info.param); });

}  // namespace
}  // namespace mola
