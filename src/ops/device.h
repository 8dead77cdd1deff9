#pragma once

#include <torch/types.h>

namespace mola {

// Device queries, in one place for all folders.

/// Whether `tensor` is in host memory: our kernels for CPUs compute it, and reading its values does
/// not wait for a device.
inline bool on_host(const torch::Tensor& tensor) { return tensor.is_cpu(); }

/// Whether `device` is separate from the host, with its own memory and random generator.
inline bool is_gpu(torch::Device device) { return !device.is_cpu() && !device.is_meta(); }

/// [size] int64 on the host, uninitialized: in pinned memory if `device` is a GPU, to which it then
/// goes by a copy that the host does not wait for.
torch::Tensor host_block(int64_t size, torch::Device device);

/// The state of torch's default random generator for `device`: uint8.
torch::Tensor random_state(torch::Device device);

/// Restores the generator to `state`, a result of `random_state`.
void set_random_state(torch::Device device, const torch::Tensor& state);

}  // namespace mola
