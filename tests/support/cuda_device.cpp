#include <gtest/gtest.h>
#include <torch/cuda.h>

#include <cstdio>
#include <cstdlib>

#include "model/cuda_kernels.h"
#include "model/cuda_library.h"
#include "support/other_device.h"

namespace mola {
namespace {

constexpr int kSkipped = 77;  // as ctest knows it

struct NeedsCard : testing::Environment {
  void SetUp() override {
    load_cuda_library();
    if (torch::cuda::is_available()) return;
    std::puts("found no card, so nothing was tested");
    std::exit(kSkipped);
  }
};
[[maybe_unused]] const auto* const needs_card = testing::AddGlobalTestEnvironment(new NeedsCard);

}  // namespace

torch::Device other_device() { return {torch::kCUDA, 0}; }

DeviceAbilities::DeviceAbilities(FusedAttention, bool has_kernels) {
  if (has_kernels) {
    use_cuda_kernels();
  } else {
    set_device_kernels(torch::kCUDA, nullptr);
  }
}

DeviceAbilities::~DeviceAbilities() { set_device_kernels(torch::kCUDA, nullptr); }

}  // namespace mola
