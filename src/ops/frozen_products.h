#pragma once

#include <torch/types.h>

#include "mola/ops/product_method.h"

namespace mola {

/// The products with one frozen weight W [O, I] on a CPU, by methods that were chosen for it.
/// kPacked makes a copy of W for each direction that has it.
class FrozenProducts {
 public:
  FrozenProducts(const torch::Tensor& weight, MethodsByRows forward, MethodsByRows backward);

  /// False once the weight is another one, or has been changed.
  bool are_of(const torch::Tensor& weight) const;

  /// x [N, I] -> x W^T [N, O]
  torch::Tensor forward(const torch::Tensor& x) const;

  /// dy [N, O] -> dy W [N, I]
  torch::Tensor backward(const torch::Tensor& dy) const;

 private:
  torch::Tensor weight_;
  uint32_t version_;
  MethodsByRows forward_;
  MethodsByRows backward_;
  torch::Tensor packed_;             // W, if a method of `forward_` needs it
  torch::Tensor packed_transposed_;  // W^T, if one of `backward_` does
};

/// x W^T by `products` if they are those of W, else by `matmul_nt`.
torch::Tensor frozen_forward(const torch::Tensor& x, const torch::Tensor& weight,
                             const FrozenProducts* products);

/// dy W by `products` if they are those of W, else by `matmul_nn`.
torch::Tensor frozen_backward(const torch::Tensor& dy, const torch::Tensor& weight,
                              const FrozenProducts* products);

}  // namespace mola
