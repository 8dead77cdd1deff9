#pragma once

#include <torch/types.h>

#include <vector>

#include "mola/analysis/measurements.h"
#include "mola/model/llama.h"

namespace mola {

/// Frobenius distances between any two of a mixture's E experts, each tensor [E, E] fp64 on the
/// CPU, symmetric with a zero diagonal. Experts that are close are redundant (paper, section 5.1).
struct ExpertDistances {
  torch::Tensor product;  ///< between the matrices (alpha / r) B_e A_e that are added to W
  torch::Tensor factors;  ///< between A_e and B_e concatenated: hypotenuse of the two below
  torch::Tensor lora_A;
  torch::Tensor lora_B;
};

/// The distances in `mixture`, in float64 by r x r Gram matrices: no [O, I] product is formed.
/// Equal experts are exactly 0 apart.
ExpertDistances expert_distances(const LoraMixtureImpl& mixture);

/// Means over any two experts.
MeanDistances mean_over_pairs(const ExpertDistances& distances);

/// All projections of `model` that have two experts or more, layer by layer.
std::vector<ProjectionRedundancy> measure_redundancy(Llama& model);

}  // namespace mola
