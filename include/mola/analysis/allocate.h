#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mola {

/// How many experts there are to give: `experts` is the sum over the decoder layers of N_j, the
/// number that each projection of layer j has (160 for 5555 on 32 layers).
struct ExpertBudget {
  int64_t experts;
  int64_t min = 1;   ///< of each layer
  int64_t max = 16;  ///< likewise
};

/// Shares the budget in proportion to `weights`, one for each layer and none negative: layer j gets
/// c weights_j, rounded, between min and max, with the c at which they add up to the budget
/// exactly. Of equals the one with fewer comes first, then the lower. Throws `Error` for a budget
/// that min and max leave no room for, or a weight that is negative or not finite.
std::vector<int64_t> allocate_in_proportion(const std::vector<double>& weights,
                                            const ExpertBudget& budget);

/// By the training quality of the frozen layers (`layer_quality`), as AlphaLoRA does (arXiv
/// 2410.10054): in proportion to its `power`.
std::vector<int64_t> allocate_by_quality(const std::vector<double>& quality,
                                         const ExpertBudget& budget, double power = 2.5);

/// By the mean distance of each layer's experts in an adapter that has as many in every layer:
/// layers whose experts are closer get fewer, in proportion. Throws `Error` for a layer of NaN,
/// which has no two experts. Distances that are all zero, as of experts that were not trained,
/// share the budget evenly.
std::vector<int64_t> allocate_by_redundancy(const std::vector<double>& distances,
                                            const ExpertBudget& budget);

/// By use: `loads` [L][N_j] are the shares of the tokens that each expert serves, the busiest
/// first (`sorted_loads`). The experts
/// that serve least are dropped, whatever layer they are in, until the budget is met. No layer gets
/// more than it has. Throws `Error` as above.
std::vector<int64_t> allocate_by_load(const std::vector<std::vector<double>>& loads,
                                      const ExpertBudget& budget);

/// The numbers as a JSON list, which `Allocation::parse` reads.
std::string allocation_text(const std::vector<int64_t>& experts);

}  // namespace mola
