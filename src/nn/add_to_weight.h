#pragma once

#include "mola/nn/projection_group.h"

namespace mola {

/// Adds `change` [O, I] to the weight of the projection `index`, in the dtype of `change` with one
/// rounding. Copies the group's weight first, since other models may share it.
inline void add_to_weight(ProjectionGroupImpl& group, size_t index, const torch::Tensor& change) {
  group.weight.set_data(group.weight.clone());
  auto weight = group.projection_weight(index);
  weight.copy_(weight.to(change.scalar_type()) + change);
}

}  // namespace mola
