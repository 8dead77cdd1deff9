#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <string>
#include <vector>

#include "mola/ops/flat_buffers.h"

namespace mola {

/// Moves all trainable parameters of a module into one fp32 buffer, and their gradients into
/// another, so that the optimizer and clipping are one call each. Parameters keep their names and
/// identity; those that share a block keep its layout, and each block is aligned to 64 bytes. The
/// previous storages are not changed.
///
/// A bf16 parameter has an fp32 master in the buffer, since small updates would be lost to
/// rounding. The parameter itself and its gradient are in two bf16 buffers of the same layout,
/// which `gather_gradients` and `round_values` synchronize with the fp32 ones.
///
/// `.grad()` of each parameter is a view of a flat gradient: clear it with `zero_gradients`,
/// since `Optimizer::zero_grad()` cannot detach views. The experts' are added to by block, and
/// experts that are computed in bf16 are taken from the first of these bf16 buffers, see
/// `ProjectionGroup::flat`.
class FlatParameters {
 public:
  /// Throws `c10::Error` if there are no trainable parameters, one is neither fp32 nor bf16, or a
  /// block contains both trainable and frozen parameters.
  explicit FlatParameters(torch::nn::Module& module);

  const torch::Tensor& values() const { return buffers_->values; }  ///< [M] fp32
  const torch::Tensor& gradients() const { return gradients_; }     ///< [M] fp32

  /// True if a parameter is bf16.
  bool has_masters() const { return rounded_gradients_.defined(); }

  /// Changes with the order, the names and the places of the parameters.
  const std::string& layout() const { return layout_; }

  /// Sets all gradients to 0.
  void zero_gradients();

  /// Adds the bf16 gradients to the fp32 ones and clears them. Call it after each backward pass, so
  /// that micro-batches are accumulated in fp32.
  void gather_gradients();

  /// Sets the bf16 parameters to their rounded masters, and what the experts are computed with.
  /// Call it after each change of the values.
  void round_values();

  /// Scales the gradients so that their norm is at most `max_norm`, as torch's clip_grad_norm_
  /// does; 0: no clipping. Returns the norm before clipping, an fp32 scalar on the device.
  torch::Tensor clip_gradients(double max_norm);

  /// Throws `c10::Error` if a parameter is no longer in the buffer (after to() or load()).
  void check() const;

 private:
  void move(const std::vector<torch::Tensor>& parameters, bool computes_in_bf16);

  void name_layout(const torch::nn::Module& module);

  std::vector<torch::Tensor> parameters_;
  std::string layout_;
  std::shared_ptr<FlatBuffers> buffers_;
  torch::Tensor gradients_;
  torch::Tensor rounded_gradients_;  // undefined if no parameter is bf16
};

}  // namespace mola
