#pragma once

#include <torch/types.h>

#include <vector>

namespace mola {

/// One matrix of which `parts` are the consecutive rows (dim 0) or columns (dim 1), sharing their
/// storage: nothing is copied from one call to the next. Gradients of the matrix reach each part.
///
/// The parts are leaves, such as parameters. Where they do not lie side by side yet (when fresh,
/// after clone(), to() or load()) they are first moved into a block of their own, which keeps their
/// values, names and identity.
torch::Tensor parameter_block(const std::vector<torch::Tensor>& parts, int64_t dim);

}  // namespace mola
