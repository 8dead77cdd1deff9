#pragma once

#include <torch/nn/module.h>

#include <vector>

namespace mola {

/// All trainable parameters of a module, moved into one fp32 buffer, and their gradients in
/// another, so that the optimizer, clipping and (later) an all-reduce are one call each. Parameters
/// keep their names and identity; those that share a block keep its layout, and each block starts
/// on 64 bytes. What the parameters viewed before stays as it was.
///
/// A bf16 parameter has a fp32 master in the buffer, since small steps would round to none. The
/// parameter itself and its gradient lie in two bf16 buffers of the same layout, which
/// `gather_gradients` and `round_values` connect with the fp32 ones.
///
/// `.grad()` of each parameter is a view of a flat gradient: clear it with `zero_gradients`,
/// since `Optimizer::zero_grad()` cannot detach views.
class FlatParameters {
 public:
  /// Throws `c10::Error` if there is nothing to train, a parameter is neither fp32 nor bf16, or a
  /// block holds frozen parameters too.
  explicit FlatParameters(torch::nn::Module& module);

  const torch::Tensor& values() const { return values_; }        ///< [M]
  const torch::Tensor& gradients() const { return gradients_; }  ///< [M]

  /// True if a parameter is bf16.
  bool has_masters() const { return rounded_values_.defined(); }

  void zero_gradients();

  /// Adds what a backward pass has left in the bf16 gradients to the fp32 ones. Called after each,
  /// so that the sum over micro-batches is one in fp32.
  void gather_gradients();

  /// Makes the bf16 parameters their masters, rounded. Called after the masters have changed.
  void round_values();

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
  torch::Tensor rounded_values_;     // undefined where no parameter is bf16
  torch::Tensor rounded_gradients_;  // likewise
};

}  // namespace mola
