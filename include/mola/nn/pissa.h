#pragma once

#include "mola/nn/projection_group.h"

namespace mola {

// PiSSA (arXiv 2404.02948): experts start from the largest singular values of the frozen weight,
// which becomes what they leave. With s = alpha / r, and U_r, S_r, V_r for the r largest,
//
//     A0 = sqrt(S_r / s) V_r^T [r, I]      B0 = U_r sqrt(S_r / s) [O, r]      weight = W - s B0 A0
//
// All experts of a projection start there. Their weights sum to 1, so the output stays that of W.
// A mixture whose options ask for PiSSA keeps A0 and B0 as `initial_A` and `initial_B`, so that the
// trained experts can be put on W again.

/// Starts the experts of the projection `index` of `group`, whose weight is W, so. Throws
/// `c10::Error` if the rank is above what the weight can have.
void start_pissa(ProjectionGroupImpl& group, size_t index);

/// Makes `initial_A` and `initial_B` those of the projection `index`: what they give goes out of
/// the weight, and what those before gave (nothing in a fresh mixture) comes back. The weight is
/// copied first, since other models may share it.
void set_initial_factors(ProjectionGroupImpl& group, size_t index, const torch::Tensor& initial_A,
                         const torch::Tensor& initial_B);

/// Puts what the initial factors give into the weight of the projection `index`, which is W again,
/// or takes it out once more: for a look at the base model alone.
void put_back_initial_factors(ProjectionGroupImpl& group, size_t index, bool into_weight);

}  // namespace mola
