#pragma once

#include "mola/model/builders.h"
#include "ops/device_kernels.h"

// The tests in tests/device run on a pretend device in every run of the tests (device_test), and on
// a card where there is one (cuda_test).

namespace mola {

/// The device other than the host that these tests are for.
torch::Device other_device();

/// While it lives, that device has this attention of torch's and, if it is asked for, the kernels
/// of kernels/cuda: emulated on the pretend device. A card has the attention that suits the dtype.
class DeviceAbilities {
 public:
  DeviceAbilities(FusedAttention attention, bool has_kernels);
  ~DeviceAbilities();
  DeviceAbilities(const DeviceAbilities&) = delete;
  DeviceAbilities& operator=(const DeviceAbilities&) = delete;
};

/// The same model, in the same mode and dtype, on the other device.
inline Llama on_other_device(Llama& model) {
  const auto dtype = model->embed_tokens.scalar_type();
  auto copy = build_llama(model->config, model->adapter, dtype, other_device());
  if (dtype == torch::kDouble) copy->to(dtype);  // the adapter as well
  const torch::NoGradGuard no_grad;
  auto places = copy->named_parameters();
  for (const auto& item : model->named_parameters()) {
    places[item.key()].copy_(item.value());
    places[item.key()].requires_grad_(item.value().requires_grad());
  }
  copy->train(model->is_training());
  copy->gradient_checkpointing = model->gradient_checkpointing;
  return copy;
}

}  // namespace mola
