#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include <utility>

namespace mola {

/// Options of `RMSNorm`.
struct RMSNormOptions {
  explicit RMSNormOptions(int64_t size);

  TORCH_ARG(int64_t, size);  ///< H
  TORCH_ARG(double, eps) = 1e-6;
  TORCH_ARG(torch::Dtype, dtype) = torch::kFloat;
  TORCH_ARG(torch::Device, device) = torch::kCPU;
};

/// Root mean square normalization, with statistics in fp32 (arXiv 1910.07467):
///
///     y = weight * x / sqrt(mean(x^2) + eps)
class RMSNormImpl : public torch::nn::Cloneable<RMSNormImpl> {
 public:
  /// Throws `c10::Error` for a size below 1.
  explicit RMSNormImpl(const RMSNormOptions& options_);

  void reset() override;
  void pretty_print(std::ostream& stream) const override;

  /// x [..., H] -> the same shape and dtype. Throws `c10::Error` for another last size.
  torch::Tensor forward(const torch::Tensor& x) const;

  /// x and delta [..., H] -> their sum and its norm, in one pass. Throws `c10::Error` for another
  /// last size, or different shapes.
  std::pair<torch::Tensor, torch::Tensor> forward_sum(const torch::Tensor& x,
                                                      const torch::Tensor& delta) const;

  RMSNormOptions options;
  torch::Tensor weight;  ///< [H], initialized to 1; frozen unless it is set to require grad

 private:
  void check_size(const torch::Tensor& x) const;
};

TORCH_MODULE(RMSNorm);

}  // namespace mola
