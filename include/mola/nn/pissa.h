#pragma once

#include "mola/nn/projection_group.h"

namespace mola {

// PiSSA (arXiv 2404.02948): experts are initialized from the largest singular values of the frozen
// weight W, which keeps the residual. With s = alpha / r, and U_r, S_r, V_r for the r largest,
//
//     A0 = sqrt(S_r / s) V_r^T [r, I]      B0 = U_r sqrt(S_r / s) [O, r]      weight = W - s B0 A0
//
// All experts of a projection start from A0 and B0. Their routing weights sum to 1, so the output
// is still that of W. A mixture with init kPissa keeps A0 and B0 as `initial_A` and `initial_B`, so
// that the trained experts can be applied to W again.

/// Initializes the experts of the projection `index` of `group`, whose weight is W. Throws
/// `c10::Error` for a rank above the smaller side of W.
void start_pissa(ProjectionGroupImpl& group, size_t index);

/// Sets A0 [r, I] and B0 [O, r] of the projection `index`: adds s B0 A0 of the previous factors
/// (zero in a new mixture) to the weight and subtracts that of the new ones. Copies the weight
/// first, since other models may share it.
void set_initial_factors(ProjectionGroupImpl& group, size_t index, const torch::Tensor& initial_A,
                         const torch::Tensor& initial_B);

/// Adds s B0 A0 to the weight of the projection `index`, which restores W, or subtracts it again if
/// `into_weight` is false. For evaluating the base model alone.
void put_back_initial_factors(ProjectionGroupImpl& group, size_t index, bool into_weight);

}  // namespace mola
