#pragma once

#include <torch/types.h>

#include <vector>

#include "mola/ops/flat_buffers.h"

namespace mola {

/// Concatenates the matrices `parts` by rows (dim 0) or columns (dim 1), as a view of their shared
/// storage: repeated calls copy nothing unless `dtype` is another one.
///
/// The parts are leaves, such as parameters. If they are not contiguous in one storage yet (new, or
/// after clone(), to() or load()), they are first moved into one; they keep their values, names and
/// identity.
///
/// Gradients reach each part through a node of autograd's. With `flat`, they are added in one call
/// to the parts' `.grad()`, which lie side by side as the parts do; autograd::grad and hooks do not
/// see them. The backward pass then throws `c10::Error` for a part whose gradient is undefined or
/// lies elsewhere. A block in the dtype of `flat->rounded` is a view of that.
torch::Tensor parameter_block(const std::vector<torch::Tensor>& parts, int64_t dim,
                              torch::Dtype dtype, const FlatBuffers* flat = nullptr);

/// Moves the parts into one storage unless they are there. A row of them is then a block by itself.
void put_side_by_side(const std::vector<torch::Tensor>& parts, int64_t dim);

}  // namespace mola
