#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "mola/config/allocation.h"
#include "mola/model/llama.h"

namespace mola {

/// The `count` (at most E) experts that served most, by `picks` [E]; of equals the first. In
/// ascending order.
std::vector<int64_t> most_used(const std::vector<int64_t>& picks, int64_t count);

/// `count` experts that differ most, by `distances` [E, E]: of the closest two that are left, the
/// one that is closer to the rest goes, again and again. In ascending order.
std::vector<int64_t> least_redundant(const torch::Tensor& distances, int64_t count);

/// Chooses the `count` experts that a projection keeps, in ascending order.
using ChooseExperts =
    std::function<std::vector<int64_t>(const ProjectionPlace& place, int64_t count)>;

/// The MoLA model `model` with fewer experts, `allocation` of them, to be trained on: what is kept
/// is copied, with its rows of the routers, and the base weights are shared. A top_k is at most the
/// number of experts that are left; a lone expert has no router and the weight 1. With all experts
/// kept the outputs are the same to the bit. Throws `Error` for another type of adapter, for more
/// experts than there are, and for a choice that is not what was asked for.
Llama prune(Llama& model, const Allocation& allocation, const ChooseExperts& choose);

}  // namespace mola
