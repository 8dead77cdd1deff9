#pragma once

#include <torch/types.h>

#include <memory>
#include <string>

#include "kernels/launch_shape.h"

namespace mola {

/// Torch's attention of segments of different lengths in one call.
enum class FusedAttention {
  kNone,
  kFlash,      ///< FlashAttention (arXiv 2307.08691): 16-bit numbers
  kEfficient,  ///< the memory-efficient one (arXiv 2112.05682): fp32 too
};

/// A launch of one of the kernels in kernels/cuda.
struct KernelLaunch {
  const char* source;  ///< its file, without .cu
  std::string name;
  int64_t blocks;         ///< of kThreads threads
  const void* arguments;  ///< its only parameter, a structure
  size_t size;            ///< of it, in bytes
};

/// What a type of device other than the host offers besides torch's operators.
class DeviceKernels {
 public:
  virtual ~DeviceKernels() = default;

  /// The attention for heads of `head_dim` numbers of `dtype`.
  virtual FusedAttention attention(torch::Dtype dtype, int64_t head_dim) const = 0;

  /// Whether it has the kernels; otherwise torch's operators take their place.
  virtual bool launches() const = 0;

  /// Runs the kernel on the current stream of `device`, and does not wait for it.
  virtual void launch(const KernelLaunch& launch, torch::Device device) = 0;
};

/// Sets those of all devices of a type; null: torch's operators compute everything there.
void set_device_kernels(torch::DeviceType type, std::shared_ptr<DeviceKernels> kernels);

/// Those for `tensor`; null if there are none, or none for its dtype.
DeviceKernels* device_kernels(const torch::Tensor& tensor);

/// What torch has for heads of `head_dim` numbers of `dtype` on cards of an architecture such as
/// 90, sm_90: FlashAttention needs one from sm_80 on, and for the gradients of heads above 192
/// sm_80, sm_90 or sm_100.
FusedAttention usual_attention(torch::Dtype dtype, int64_t head_dim, int architecture);

/// The attention for heads of `head_dim` numbers of the dtype and on the device of `tensor`.
FusedAttention fused_attention(const torch::Tensor& tensor, int64_t head_dim);

/// The kernels' suffix for their numbers.
inline const char* suffix_of(const BFloat16*) { return "_bf16"; }
inline const char* suffix_of(const float*) { return "_f32"; }
inline const char* suffix_of(const double*) { return "_f64"; }

/// Launches the kernel of `arguments` on the device of `like`.
template <template <class> class Arguments, class T>
void launch(DeviceKernels& kernels, const torch::Tensor& like, const Arguments<T>& arguments) {
  const auto blocks = arguments.blocks();
  if (blocks == 0) return;
  kernels.launch({Arguments<T>::kSource,
                  Arguments<T>::kName + std::string(suffix_of(static_cast<const T*>(nullptr))),
                  blocks, &arguments, sizeof(arguments)},
                 like.device());
}

}  // namespace mola
