#pragma once

#include <torch/types.h>

#include <vector>

namespace mola {

/// Concatenates the matrices `parts` by rows (dim 0) or columns (dim 1), as a view of their shared
/// storage: repeated calls copy nothing. Gradients of the result propagate to each part.
///
/// The parts are leaves, such as parameters. If they are not contiguous in one storage yet (new, or
/// after clone(), to() or load()), they are first moved into one; they keep their values, names and
/// identity.
torch::Tensor parameter_block(const std::vector<torch::Tensor>& parts, int64_t dim);

/// Moves the parts into one storage unless they are there. A row of them is then a block by itself.
void put_side_by_side(const std::vector<torch::Tensor>& parts, int64_t dim);

}  // namespace mola
