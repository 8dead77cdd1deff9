#pragma once

#include <torch/nn/module.h>

#include <vector>

namespace mola {

/// All trainable parameters of a module, moved into one fp32 buffer, and their gradients in
/// another, so that the optimizer, clipping and (later) an all-reduce are one call each. Parameters
/// keep their names and identity; those that share a block keep its layout, and each block starts
/// on 64 bytes.
///
/// `.grad()` of each parameter is a view of the flat gradient: clear it with `zero_gradients`,
/// since `Optimizer::zero_grad()` cannot detach views.
class FlatParameters {
 public:
  /// Throws `c10::Error` if there is nothing to train, a parameter is not fp32, or a block holds
  /// frozen parameters too.
  explicit FlatParameters(torch::nn::Module& module);

  const torch::Tensor& values() const { return values_; }        ///< [M]
  const torch::Tensor& gradients() const { return gradients_; }  ///< [M]

  void zero_gradients();

  /// Scales the gradients so that their norm is at most `max_norm`, as torch's clip_grad_norm_
  /// does; 0 scales nothing. Returns the norm before, a scalar on the device.
  torch::Tensor clip_gradients(double max_norm);

  /// Throws `c10::Error` if a parameter no longer lies in the buffer (after to() or load()).
  void check() const;

 private:
  void move(const std::vector<torch::Tensor>& parameters);

  std::vector<torch::Tensor> parameters_;
  torch::Tensor values_;
  torch::Tensor gradients_;
};

}  // namespace mola
