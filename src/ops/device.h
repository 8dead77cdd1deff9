#pragma once

#include <torch/types.h>

namespace mola {

// The questions about devices that the folders ask, in one place.

/// Whether `tensor` lies in the host's memory: the kernels compute there, and its values are read
/// without waiting for a device. Everything else goes through torch's operators.
inline bool on_host(const torch::Tensor& tensor) { return tensor.is_cpu(); }

/// Whether `device` is separate from the host, with memory and random numbers of its own.
inline bool is_gpu(torch::Device device) { return device.is_cuda(); }

/// The state of torch's default random generator of `device`, bytes.
torch::Tensor random_state(torch::Device device);

/// Restores the generator to `state`.
void set_random_state(torch::Device device, const torch::Tensor& state);

}  // namespace mola
