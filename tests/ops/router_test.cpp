#include "ops/router.h"

#include <gtest/gtest.h>

#include "support/tensors.h"

namespace mola {
namespace {

// Five experts are a group of four and one; 70 columns a block of 64 and six.
struct Router : testing::Test {
  torch::Tensor x = torch::randn({7, 70}, torch::kDouble);
  torch::Tensor routers = torch::randn({5, 70}, torch::kDouble);
  torch::Tensor grad_logits = torch::randn({7, 5}, torch::kDouble);
};

TEST_F(Router, EqualsTheProducts) {
  EXPECT_LT(relative_error(router_logits(x, routers), x.mm(routers.t())), 1e-14);
  EXPECT_LT(relative_error(router_weight_gradient(grad_logits, x), grad_logits.t().mm(x)), 1e-14);
  auto grad_x = x.clone();
  add_router_gradient(grad_x, grad_logits, routers);
  EXPECT_LT(relative_error(grad_x, x + grad_logits.mm(routers)), 1e-14);
}

// Of x in bf16 the logits have the digits of fp32.
TEST_F(Router, DoesNotRoundToBf16) {
  const auto narrow = x.to(torch::kBFloat16);
  const auto wide = narrow.to(torch::kDouble);
  const auto routers_fp32 = routers.to(torch::kFloat);
  const auto logits = router_logits(narrow, routers_fp32);
  ASSERT_EQ(logits.scalar_type(), torch::kFloat);
  EXPECT_LT(relative_error(logits, wide.mm(routers_fp32.to(torch::kDouble).t())), 1e-6);
  const auto grad_R = router_weight_gradient(grad_logits.to(torch::kFloat), narrow);
  ASSERT_EQ(grad_R.scalar_type(), torch::kFloat);
  EXPECT_LT(relative_error(grad_R, grad_logits.to(torch::kFloat).to(torch::kDouble).t().mm(wide)),
            1e-6);
}

}  // namespace
}  // namespace mola
