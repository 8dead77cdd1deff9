#pragma once

#include <gtest/gtest.h>
#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

namespace mola {

/// The norm of the difference over the norm of `expected`; 0 where both are zero.
inline double relative_error(const torch::Tensor& found, const torch::Tensor& expected) {
  const auto difference = (found.to(torch::kDouble) - expected.to(torch::kDouble)).norm();
  const auto norm = expected.to(torch::kDouble).norm().item<double>();
  return norm == 0 ? difference.item<double>() : difference.item<double>() / norm;
}

/// Expects equal shapes, dtypes and bits.
inline void expect_same(const torch::Tensor& found, const torch::Tensor& expected,
                        const std::string& name = "") {
  ASSERT_EQ(found.sizes(), expected.sizes()) << name;
  ASSERT_EQ(found.scalar_type(), expected.scalar_type()) << name;
  EXPECT_TRUE(torch::equal(found, expected)) << name;
}

/// Compares the gradients of `inputs` (float64 leaves) through `function`, which gives any tensor,
/// with central differences of a fixed random projection of its result.
inline void expect_gradients(const std::function<torch::Tensor()>& function,
                             const std::vector<torch::Tensor>& inputs) {
  constexpr double kStep = 1e-6;
  const auto weights = torch::randn(function().sizes(), torch::kDouble);
  const auto value = [&] { return (function() * weights).sum(); };
  for (auto input : inputs) input.mutable_grad() = torch::Tensor();
  value().backward();
  torch::NoGradGuard no_grad;
  for (size_t i = 0; i < inputs.size(); ++i) {
    auto input = inputs[i];
    const auto kept = input.clone();
    const auto moved_by = [&](int64_t at, double step) {
      auto nudge = torch::zeros(input.numel(), torch::kDouble);
      nudge[at] = step;
      input.copy_(kept + nudge.view(input.sizes()));
      return value().item<double>();
    };
    auto numeric = torch::empty(input.numel(), torch::kDouble);
    for (int64_t at = 0; at < input.numel(); ++at) {
      numeric[at] = (moved_by(at, kStep) - moved_by(at, -kStep)) / (2 * kStep);
    }
    input.copy_(kept);
    EXPECT_LT(relative_error(input.grad().reshape(-1), numeric), 1e-6) << "input " << i;
  }
}

}  // namespace mola
