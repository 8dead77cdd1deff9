#include <gtest/gtest.h>

#include "ops/dropout.h"
#include "ops/gate.h"
#include "ops/head_loss.h"
#include "ops/rms_norm.h"
#include "ops/router.h"
#include "ops/swiglu.h"
#include "support/other_device.h"
#include "support/tensors.h"

namespace mola {
namespace {

using torch::Tensor;

// Each kernel of kernels/cuda, emulated, against that of the CPU.
class Kernels : public testing::TestWithParam<torch::Dtype> {
 protected:
  Tensor random(const std::vector<int64_t>& sizes) const {
    return torch::randn(sizes, torch::kDouble).to(GetParam());
  }

  // fp32 sums come in another order; a rounding to bf16 may fall the other way.
  double tolerance() const {
    if (GetParam() == torch::kDouble) return 1e-12;
    return GetParam() == torch::kFloat ? 4e-6 : 4e-3;
  }

  void expect_near(const Tensor& found, const Tensor& expected, const char* name) const {
    ASSERT_TRUE(!found.is_cpu()) << name;
    EXPECT_EQ(found.scalar_type(), expected.scalar_type()) << name;
    EXPECT_LT(relative_error(found.cpu(), expected), tolerance()) << name;
  }

  static Tensor there(const Tensor& tensor) { return tensor.detach().to(other_device()); }

  DeviceAbilities kernels_{FusedAttention::kFlash, /*has_kernels=*/true};
};

// Sizes that packs of 16 bytes divide, and not.
const std::vector<int64_t> kSizes = {48, 37, 2100};

TEST_P(Kernels, Swiglu) {
  for (const int64_t size : kSizes) {
    const auto gate_up = random({5, 2 * size});
    const auto dy = random({5, size});
    expect_near(swiglu(there(gate_up)), swiglu(gate_up), "y");
    const auto expected = swiglu_gradient(dy, gate_up);
    const auto found = swiglu_gradient(there(dy), there(gate_up));
    expect_near(found.y, expected.y, "y again");
    expect_near(found.grad_gate_up, expected.grad_gate_up, "gradient");
  }
}

TEST_P(Kernels, TakeRowsThatBeginAnywhere) {
  const auto buffer = random({2 * 5 * 48 + 1});
  const auto rows_of = [](const Tensor& all) { return all.narrow(0, 1, 480).view({5, 96}); };
  expect_near(swiglu(rows_of(there(buffer))), swiglu(rows_of(buffer).contiguous()), "y");
}

TEST_P(Kernels, Dropout) {
  for (const int64_t size : kSizes) {
    const Dropout dropout = {{7, 3, 1, 2, 1}, 0.25};
    const auto x = random({5, size});
    const auto y = random({5, size});
    const auto on_device = there(y);
    expect_same(dropout.apply(there(x)).cpu(), dropout.apply(x));
    dropout.add_to(y, x);
    dropout.add_to(on_device, there(x));
    expect_near(on_device, y, "added");
  }
}

TEST_P(Kernels, RmsNorm) {
  for (const int64_t size : kSizes) {
    const auto x = random({5, size}).requires_grad_();
    const auto delta = random({5, size}).requires_grad_();
    const auto weight = random({size});
    const auto x_there = there(x).requires_grad_();
    const auto delta_there = there(delta).requires_grad_();
    expect_near(rms_norm(x_there, there(weight), 1e-5), rms_norm(x, weight, 1e-5), "alone");
    const auto expected = add_and_norm(x, delta, weight, 1e-5);
    const auto found = add_and_norm(x_there, delta_there, there(weight), 1e-5);
    expect_near(found.sum, expected.sum, "sum");
    expect_near(found.normed, expected.normed, "normed");
    (expected.sum * 2 + expected.normed * 3).sum().backward();
    (found.sum * 2 + found.normed * 3).sum().backward();
    expect_near(x_there.grad(), x.grad(), "gradient of x");
    expect_near(delta_there.grad(), delta.grad(), "gradient of delta");
  }
}

// Two mixtures of five experts of rank 3, whose columns lie among others.
TEST_P(Kernels, Gate) {
  const Gate gate = {5, 2, 3, 1.5, 2};
  const auto wide = GetParam() == torch::kBFloat16 ? torch::kFloat : GetParam();
  const auto all_hidden = random({37, 36});
  const auto all_logits = random({37, 12}).to(wide);
  const auto hidden_of = [](const Tensor& all) { return all.narrow(1, 2, 30); };
  const auto logits_of = [](const Tensor& all) { return all.narrow(1, 1, 10); };
  const auto expected = gate.forward(hidden_of(all_hidden), logits_of(all_logits));
  const auto found = gate.forward(hidden_of(there(all_hidden)), logits_of(there(all_logits)));
  expect_same(found.indices.cpu(), expected.indices);
  expect_near(found.probabilities, expected.probabilities, "probabilities");
  expect_near(found.weights, expected.weights, "weights");
  expect_near(found.gated, expected.gated, "gated");

  const auto grad_gated = random({2, 37, 15});
  const auto outside = random({2, 1, 5}).to(wide);  // the same for all tokens
  const auto gradients = [&](const auto& to_device, const Gate::Result& result) {
    const auto grad_hidden = torch::zeros_like(to_device(all_hidden));
    const auto grad_logits = torch::zeros_like(to_device(all_logits));
    gate.backward(hidden_of(to_device(all_hidden)), result, to_device(grad_gated),
                  to_device(outside).expand({2, 37, 5}), hidden_of(grad_hidden),
                  logits_of(grad_logits));
    return std::pair(grad_hidden, grad_logits);
  };
  const auto [hidden_here, logits_here] =
      gradients([](const Tensor& tensor) { return tensor; }, expected);
  const auto [hidden_there, logits_there] = gradients(there, found);
  expect_near(hidden_there, hidden_here, "gradient of hidden");
  expect_near(logits_there, logits_here, "gradient of the logits");
}

TEST_P(Kernels, Router) {
  const auto wide = GetParam() == torch::kBFloat16 ? torch::kFloat : GetParam();
  for (const int64_t width : {48, 300}) {
    const auto x = random({37, width});
    const auto R = random({11, width}).to(wide);
    const auto grad_logits = random({37, 11}).to(wide);
    const auto grad_x = random({37, width});
    const auto grad_x_there = there(grad_x);
    expect_near(router_logits(there(x), there(R)), router_logits(x, R), "logits");
    expect_near(router_weight_gradient(there(grad_logits), there(x)),
                router_weight_gradient(grad_logits, x), "gradient of R");
    add_router_gradient(grad_x, grad_logits, R);
    add_router_gradient(grad_x_there, there(grad_logits), there(R));
    expect_near(grad_x_there, grad_x, "gradient of x");
  }
}

TEST_P(Kernels, CrossEntropy) {
  for (const int64_t vocab_size : {24, 37, 2100}) {
    const auto states = random({5, 8}).requires_grad_();
    const auto head = random({vocab_size, 8});
    const auto states_there = there(states).requires_grad_();
    const HeadTargets targets = {torch::tensor({0, 2, 3, 3}), torch::tensor({1, 23, 0, 7}),
                                 torch::tensor({1, 2, 1, 3})};
    const HeadTargets targets_there = {there(targets.rows), there(targets.tokens),
                                       there(targets.weights)};
    const auto expected = head_loss(states, head, targets, 7);
    const auto found = head_loss(states_there, there(head), targets_there, 7);
    expect_near(found, expected, "loss");
    expected.backward();
    found.backward();
    expect_near(states_there.grad(), states.grad(), "gradient");
  }
}

INSTANTIATE_TEST_SUITE_P(Dtypes, Kernels,
                         testing::Values(torch::kFloat, torch::kBFloat16, torch::kDouble),
                         [](const auto& info) { return std::string(c10::toString(info.param)); });

}  // namespace
}  // namespace mola
