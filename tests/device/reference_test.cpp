#include <gtest/gtest.h>

#include "mola/train/trainer.h"
#include "support/other_device.h"
#include "support/reference_run.h"
#include "support/tensors.h"

namespace mola {
namespace {

// The run that the host follows to 1e-5, in fp32, with and without our kernels.
class ReferenceOnDevice : public testing::TestWithParam<bool> {};

TEST_P(ReferenceOnDevice, IsFollowed) {
  const DeviceAbilities abilities(FusedAttention::kEfficient, /*has_kernels=*/GetParam());
  ReferenceRun run;
  auto model = on_other_device(run.model);
  Trainer(model, run.loader, run.train()).run([&](const Trainer::Step& step) {
    const auto& expected = run.values["trajectory"][step.number - 1];
    EXPECT_NEAR(step.loss.item<double>(), expected["loss"].get<double>(), 1e-4);
    EXPECT_NEAR(step.balance_loss.item<double>(), expected["balance_loss"].get<double>(), 1e-4);
    EXPECT_NEAR(step.grad_norm.item<double>(), expected["grad_norm"].get<double>(), 1e-4);
    return true;
  });
  const auto expected = load_safetensors(reference("mola/expected.safetensors"));
  for (const auto& [name, tensor] : adapter_tensors(model)) {
    EXPECT_LT(relative_error(tensor.cpu(), expected.at("after." + name)), 1e-4) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, ReferenceOnDevice, testing::Bool());

}  // namespace
}  // namespace mola
