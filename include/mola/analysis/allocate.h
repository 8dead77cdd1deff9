#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mola {

/// The number of experts to distribute: `experts` is the sum over the decoder layers of N_j, the
/// number of experts of each projection in layer j (160 for 5555 on 32 layers).
struct ExpertBudget {
  int64_t experts;
  int64_t min = 1;   ///< of each layer
  int64_t max = 16;  ///< likewise
};

/// Distributes the budget in proportion to `weights`, one for each layer and none negative: layer j
/// gets c weights_j, rounded, between min and max, with the c for which the sum is exactly the
/// budget. Ties go to the layer with fewest experts, then to the lower one. Throws `Error` for a
/// budget that min and max do not allow, or a weight that is negative or not finite.
std::vector<int64_t> allocate_in_proportion(const std::vector<double>& weights,
                                            const ExpertBudget& budget);

/// By the training quality of the frozen layers (`layer_quality`), as AlphaLoRA does (arXiv
/// 2410.10054): in proportion to the quality to the power `power`.
std::vector<int64_t> allocate_by_quality(const std::vector<double>& quality,
                                         const ExpertBudget& budget, double power = 2.5);

/// By the mean distance between each layer's experts, in an adapter with the same number in every
/// layer: layers whose experts are closer get fewer, in proportion. Throws `Error` for a layer of
/// NaN, which has fewer than two experts. If all distances are zero, as with untrained experts, the
/// budget is distributed evenly.
std::vector<int64_t> allocate_by_redundancy(const std::vector<double>& distances,
                                            const ExpertBudget& budget);

/// By load: `loads` [L][N_j] are the shares of the tokens that each expert serves, the most-used
/// first (`sorted_loads`). The least-used experts of all layers are dropped until the budget is
/// met. No layer gets more than it has. Throws `Error` as above.
std::vector<int64_t> allocate_by_load(const std::vector<std::vector<double>>& loads,
                                      const ExpertBudget& budget);

/// The numbers as a JSON list, which `Allocation::parse` reads.
std::string allocation_text(const std::vector<int64_t>& experts);

}  // namespace mola
