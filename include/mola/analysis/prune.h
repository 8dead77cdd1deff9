#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "mola/config/allocation.h"
#include "mola/model/llama.h"

namespace mola {

/// The `count` (at most E) most-used experts, by their assignments `picks` [E]; ties go to the
/// first. In ascending order.
std::vector<int64_t> most_used(const std::vector<int64_t>& picks, int64_t count);

/// `count` experts that differ most, by `distances` [E, E]: again and again, of the two closest
/// remaining experts, the one closer to the rest is removed. In ascending order.
std::vector<int64_t> least_redundant(const torch::Tensor& distances, int64_t count);

/// The settings of `adapter` with fewer experts, those of `allocation`. Throws `Error` for another
/// type of adapter than mola, and for more experts than there are.
AdapterConfig pruned_config(AdapterConfig adapter, const Allocation& allocation);

/// Chooses the `count` experts that a projection keeps, in ascending order.
using ChooseExperts =
    std::function<std::vector<int64_t>(const ProjectionPlace& place, int64_t count)>;

/// The MoLA model `model` with fewer experts, those of `allocation`, for further training: kept
/// experts are copied, with their rows of the routers, and the base weights are shared. top_k is
/// clamped to the number of remaining experts; a single expert has no router and the weight 1. With
/// all experts kept, the outputs are bit-identical. Throws `Error` as `pruned_config` does, and for
/// an invalid choice.
Llama prune(Llama& model, const Allocation& allocation, const ChooseExperts& choose);

}  // namespace mola
