#include "ops/device.h"

#include <ATen/Context.h>

#include <mutex>

namespace mola {

torch::Tensor host_block(int64_t size, torch::Device device) {
  const auto options = torch::TensorOptions().dtype(torch::kLong);
  return torch::empty({size}, options.pinned_memory(is_gpu(device)));
}

torch::Tensor random_state(torch::Device device) {
  auto generator = at::globalContext().defaultGenerator(device);
  const std::lock_guard<std::mutex> lock(generator.mutex());
  return generator.get_state();
}

void set_random_state(torch::Device device, const torch::Tensor& state) {
  auto generator = at::globalContext().defaultGenerator(device);
  const std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_state(state);
}

}  // namespace mola
