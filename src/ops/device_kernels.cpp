#include "ops/device_kernels.h"

#include <array>

#include "ops/device.h"

namespace mola {
namespace {

using Table = std::array<std::shared_ptr<DeviceKernels>,
                         static_cast<size_t>(torch::DeviceType::COMPILE_TIME_MAX_DEVICE_TYPES)>;

Table& table() {
  static Table all;
  return all;
}

DeviceKernels* of_device(const torch::Tensor& tensor) {
  return table()[static_cast<size_t>(tensor.device().type())].get();
}

}  // namespace

void set_device_kernels(torch::DeviceType type, std::shared_ptr<DeviceKernels> kernels) {
  table()[static_cast<size_t>(type)] = std::move(kernels);
}

DeviceKernels* device_kernels(const torch::Tensor& tensor) {
  const auto dtype = tensor.scalar_type();
  auto* kernels = of_device(tensor);
  if (kernels == nullptr || !kernels->launches()) return nullptr;
  const bool has_kernels =
      dtype == torch::kBFloat16 || dtype == torch::kFloat || dtype == torch::kDouble;
  return has_kernels ? kernels : nullptr;
}

FusedAttention usual_attention(torch::Dtype dtype, int64_t head_dim, int architecture) {
  if (dtype == torch::kDouble || (dtype != torch::kFloat && architecture < 80)) {
    return FusedAttention::kNone;
  }
  const bool is_wide =
      head_dim > 192 && architecture != 80 && architecture != 90 && architecture != 100;
  return dtype == torch::kFloat || head_dim > 256 || is_wide ? FusedAttention::kEfficient
                                                             : FusedAttention::kFlash;
}

FusedAttention fused_attention(const torch::Tensor& tensor, int64_t head_dim) {
  const auto dtype = tensor.scalar_type();
  if (const auto* kernels = of_device(tensor)) return kernels->attention(dtype, head_dim);
  return tensor.is_cuda() ? usual_attention(dtype, head_dim, 80) : FusedAttention::kNone;
}

}  // namespace mola
