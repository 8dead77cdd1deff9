#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "mola/config/enums.h"

namespace mola {

/// Options of `LoraExpert`.
///
/// For example:
/// ```
/// LoraExpert expert(LoraExpertOptions(4096, 4096).rank(8).alpha(16));
/// ```
struct LoraExpertOptions {
  LoraExpertOptions(int64_t in_features, int64_t out_features);

  TORCH_ARG(int64_t, in_features);   ///< I
  TORCH_ARG(int64_t, out_features);  ///< O
  TORCH_ARG(int64_t, rank) = 8;      ///< r
  TORCH_ARG(double, alpha) = 16;     ///< the output is scaled by alpha / rank
  TORCH_ARG(Init, init) = Init::kKaiming;
  TORCH_ARG(torch::Dtype, dtype) = torch::kFloat;
  TORCH_ARG(torch::Device, device) = torch::kCPU;
};

/// One low-rank expert (paper, section 3.1):
///
///     y = (alpha / r) B A x        A [r, I], B [O, r]
///
/// B starts at zero, so the output of a new expert is zero.
///
/// `forward` is the reference, for reading and tests. A `ProjectionGroup` does not call it:
/// ops/group and ops/gate compute all experts of a projection at once.
class LoraExpertImpl : public torch::nn::Cloneable<LoraExpertImpl> {
 public:
  LoraExpertImpl(int64_t in_features, int64_t out_features)
      : LoraExpertImpl(LoraExpertOptions(in_features, out_features)) {}
  /// Throws `c10::Error` for a size or rank below 1, or an alpha of 0 or less.
  explicit LoraExpertImpl(const LoraExpertOptions& options_);

  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;

  /// x [..., I] -> [..., O]
  torch::Tensor forward(const torch::Tensor& x) const;

  /// alpha / r
  double scaling() const;

  LoraExpertOptions options;
  torch::Tensor lora_A;  ///< [r, I]
  torch::Tensor lora_B;  ///< [O, r]
};

TORCH_MODULE(LoraExpert);

}  // namespace mola
