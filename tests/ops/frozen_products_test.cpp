#include "ops/frozen_products.h"

#include <gtest/gtest.h>

#include "support/tensors.h"

namespace mola {
namespace {

using torch::Tensor;

FrozenProducts by_one_method(const Tensor& weight, ProductMethod method) {
  return {weight, {{8, method}}, {{8, method}}};
}

TEST(FrozenProducts, AllMethodsGiveTheProducts) {
  const auto weight = torch::randn({48, 32}, torch::kDouble);
  const auto x = torch::randn({5, 32}, torch::kDouble);
  const auto dy = torch::randn({5, 48}, torch::kDouble);
  for (const auto dtype : {torch::kFloat, torch::kBFloat16}) {
    const double tolerance = dtype == torch::kFloat ? 1e-6 : 1e-2;
    for (const auto method : {ProductMethod::kAten, ProductMethod::kOnednn, ProductMethod::kFp32,
                              ProductMethod::kPacked}) {
      const auto products = by_one_method(weight.to(dtype), method);
      const auto y = products.forward(x.to(dtype));
      const auto dx = products.backward(dy.to(dtype));
      ASSERT_EQ(y.scalar_type(), dtype);
      EXPECT_LT(relative_error(y, x.mm(weight.t())), tolerance) << static_cast<int>(method);
      EXPECT_LT(relative_error(dx, dy.mm(weight)), tolerance) << static_cast<int>(method);
    }
  }
}

TEST(FrozenProducts, AreNotUsedForAWeightThatHasChanged) {
  const auto weight = torch::ones({16, 16});
  const auto x = torch::ones({2, 16});
  const auto products = by_one_method(weight, ProductMethod::kPacked);
  EXPECT_TRUE(products.are_of(weight.detach()));
  EXPECT_EQ(frozen_forward(x, weight, &products)[0][0].item<float>(), 16);
  weight.mul_(2);
  EXPECT_FALSE(products.are_of(weight));
  EXPECT_EQ(frozen_forward(x, weight, &products)[0][0].item<float>(), 32);
  EXPECT_EQ(frozen_backward(x, weight, &products)[0][0].item<float>(), 32);
  EXPECT_FALSE(products.are_of(torch::ones({16, 16})));
}

// A method for up to 2 rows, and one for up to 4, which more rows take as well. A packed copy that
// was made before the weight changed tells one from the other.
TEST(FrozenProducts, TakeTheMethodForTheirRows) {
  const auto weight = torch::ones({16, 16});
  const FrozenProducts products(weight, {{2, ProductMethod::kAten}, {4, ProductMethod::kPacked}},
                                {{1, ProductMethod::kAten}});
  weight.mul_(2);  // the packed copy has ones
  const auto first = [&](int64_t rows) {
    return products.forward(torch::ones({rows, 16}))[0][0].item<float>();
  };
  EXPECT_EQ(first(1), 32);
  EXPECT_EQ(first(2), 32);
  EXPECT_EQ(first(3), 16);
  EXPECT_EQ(first(4), 16);
  EXPECT_EQ(first(5), 16);
}

}  // namespace
}  // namespace mola
