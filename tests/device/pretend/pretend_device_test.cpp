#include "support/pretend_device.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "support/sanitizers.h"
#include "support/tensors.h"

namespace mola {
namespace {

torch::Tensor two_by_three() {
  return torch::arange(6, torch::kFloat).view({2, 3}).to(pretend_device());
}

TEST(PretendDevice, ComputesLikeTheHost) {
  const auto x = two_by_three();
  expect_same(torch::mm(x, x.t()).cpu(), torch::tensor({{5.F, 14.F}, {14.F, 50.F}}));
}

TEST(PretendDevice, CountsLaunchesCopiesAndWaits) {
  const auto x = two_by_three();
  reset_device_counts();
  const auto y = x + x;  // x is one tensor of 24 bytes, and so is y
  EXPECT_EQ(device_counts().total_launches(), 1);
  EXPECT_EQ(device_counts().traffic, 48);
  EXPECT_EQ(device_counts().waits, 0);
  EXPECT_EQ(y.sum().item<float>(), 30);
  EXPECT_EQ(device_counts().waits, 1);
  EXPECT_EQ(y.cpu().size(0), 2);
  EXPECT_EQ(device_counts().copies_to_host, 1);
  EXPECT_EQ(device_counts().waits, 2);
  y.nonzero();
  EXPECT_EQ(device_counts().waits, 3);
}

TEST(PretendDevice, WaitsForNoCopyFromPinnedMemory) {
  pretend_device();
  const auto pageable = torch::zeros({4});
  const torch::Tensor pinned = torch::zeros({4}, torch::TensorOptions().pinned_memory(true));
  reset_device_counts();
  const auto x = pinned.to(pretend_device(), /*non_blocking=*/true);
  EXPECT_EQ(device_counts().copies_to_device, 1);
  EXPECT_EQ(device_counts().waits, 0);
  const auto y = pageable.to(pretend_device(), /*non_blocking=*/true);
  EXPECT_EQ(device_counts().waits, 1);
}

TEST(PretendDevice, CountsLiveBytes) {
  reset_device_counts();
  const auto before = device_counts().live_bytes;
  {
    const auto x = torch::empty({1000}, torch::device(pretend_device()));
    EXPECT_EQ(device_counts().live_bytes - before, 4000);
  }
  EXPECT_EQ(device_counts().live_bytes, before);
  EXPECT_EQ(device_counts().peak_bytes - before, 4000);
}

TEST(PretendDevice, RefusesOperandsOfTheHost) {
  const auto x = two_by_three();
  EXPECT_THROW(x + torch::ones({2, 3}), c10::Error);
  EXPECT_NO_THROW(x + torch::tensor(1.0F));
}

#ifndef MOLA_ADDRESS_SANITIZER  // which reports the signal itself
TEST(PretendDeviceDeathTest, EndsTheProcessThatReadsItsMemory) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto x = two_by_three();
  EXPECT_EXIT(*static_cast<volatile float*>(x.data_ptr()) = 1, testing::KilledBySignal(SIGSEGV),
              "");
}
#endif

}  // namespace
}  // namespace mola
