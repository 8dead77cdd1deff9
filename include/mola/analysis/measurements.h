#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mola {

/// Mean Frobenius distances between any two experts; NaN where there are no two.
struct MeanDistances {
  double product = 0;  ///< between the matrices (alpha / r) B_e A_e that are added to W
  double factors = 0;  ///< between A_e and B_e laid side by side
  double lora_A = 0;
  double lora_B = 0;
};

/// The mean distances of one projection in one decoder layer.
struct ProjectionRedundancy {
  int64_t layer;
  std::string projection;
  int64_t num_experts;  ///< E, at least 2
  MeanDistances distances;
};

/// How one projection's router, with E experts of which each token takes K, used them.
struct ProjectionRouting {
  int64_t layer = 0;
  std::string projection;
  int64_t tokens = 0;
  std::vector<int64_t> picks;       ///< [E] how often each expert was chosen; they sum to K tokens
  std::vector<double> share;        ///< [E] of all picks: 1 / E each if even
  std::vector<double> weight;       ///< [E] mean weight where it was chosen; NaN if it never was
  std::vector<double> probability;  ///< [E] mean over all tokens
  double entropy = 0;  ///< of the probabilities of a token, over ln E, as a mean: 1 is no choice
  double dead = 0;     ///< share of the experts that no token chose
  std::vector<std::vector<int64_t>> co_picks;  ///< [E][E] tokens that chose both

  int64_t num_experts() const { return static_cast<int64_t>(picks.size()); }
};

/// What was measured of an adapter, layer by layer in the order of the forward pass.
struct Measurements {
  int64_t num_layers = 0;
  std::vector<ProjectionRedundancy> redundancy;
  std::vector<ProjectionRouting> routing;  ///< empty where no data was given
  std::string grouped_by;                  ///< "answer" or "topic"; empty without groups
  std::map<std::string, std::vector<ProjectionRouting>> groups;  ///< `routing`, rows parted by it
};

/// Which projections of a layer a mean is over: those of self-attention, as in the paper's figures
/// 3, 5 and 6, or all.
enum class Projections { kSelfAttention, kAll };

/// Self-attention where two of its experts can be compared, otherwise all.
Projections compared_projections(const std::vector<ProjectionRedundancy>& redundancy);

/// "self-attention" or "all projections".
std::string name_of(Projections projections);

/// The mean over the projections of each of `num_layers` layers.
std::vector<MeanDistances> layer_means(const std::vector<ProjectionRedundancy>& redundancy,
                                       int64_t num_layers, Projections projections);

/// The mean over all of them.
MeanDistances overall_mean(const std::vector<ProjectionRedundancy>& redundancy);

/// How many of the tokens each expert serves, [L][N_j], as a share: in every projection the busiest
/// first, as means over the projections. `num_experts` [L] is the number N_j that all projections
/// of a layer have; a lone expert, which has no router, serves all.
std::vector<std::vector<double>> sorted_loads(const std::vector<ProjectionRouting>& routing,
                                              const std::vector<int64_t>& num_experts);

/// Half the sum of the differences of two shares of the same experts: 0 where they are used alike,
/// 1 where no expert serves both.
double routing_distance(const ProjectionRouting& one, const ProjectionRouting& other);

}  // namespace mola
