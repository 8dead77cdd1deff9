#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mola {

/// Mean Frobenius distances between any two experts; NaN with fewer than two.
struct MeanDistances {
  double product = 0;  ///< between the matrices (alpha / r) B_e A_e that are added to W
  double factors = 0;  ///< between A_e and B_e concatenated
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

/// The routing of one projection, with E experts and K of them per token.
struct ProjectionRouting {
  int64_t layer = 0;
  std::string projection;
  int64_t tokens = 0;
  std::vector<int64_t> picks;       ///< [E] assignments to each expert; they sum to K tokens
  std::vector<double> share;        ///< [E] of all assignments: 1 / E each if uniform
  std::vector<double> weight;       ///< [E] mean weight when chosen; NaN if it never was
  std::vector<double> probability;  ///< [E] mean over all tokens
  double entropy = 0;  ///< mean entropy of a token's probabilities, over ln E: 1 is uniform
  double dead = 0;     ///< share of the experts that no token chose
  std::vector<std::vector<int64_t>> co_picks;  ///< [E][E] tokens that chose both

  int64_t num_experts() const { return static_cast<int64_t>(picks.size()); }
};

/// The measurements of an adapter, layer by layer in the order of the forward pass.
struct Measurements {
  int64_t num_layers = 0;
  std::vector<ProjectionRedundancy> redundancy;
  std::vector<ProjectionRouting> routing;  ///< empty without data
  std::string grouped_by;                  ///< "answer" or "topic"; empty without groups
  std::map<std::string, std::vector<ProjectionRouting>> groups;  ///< `routing`, grouped by it
};

/// The projections of a layer that a mean covers: those of self-attention, as in the paper's
/// figures 3, 5 and 6, or all.
enum class Projections { kSelfAttention, kAll };

/// Self-attention if it has experts to compare, otherwise all.
Projections compared_projections(const std::vector<ProjectionRedundancy>& redundancy);

/// "self-attention" or "all projections".
std::string name_of(Projections projections);

/// The mean over the projections of each of `num_layers` layers.
std::vector<MeanDistances> layer_means(const std::vector<ProjectionRedundancy>& redundancy,
                                       int64_t num_layers, Projections projections);

/// The mean over all of them.
MeanDistances overall_mean(const std::vector<ProjectionRedundancy>& redundancy);

/// The share of the tokens that each expert serves, [L][N_j]: in every projection the most-used
/// first, averaged over the projections. `num_experts` [L] is the number N_j of all projections of
/// a layer; a single expert, which has no router, serves all.
std::vector<std::vector<double>> sorted_loads(const std::vector<ProjectionRouting>& routing,
                                              const std::vector<int64_t>& num_experts);

/// Half the sum of the absolute differences between two shares of the same experts: 0 if they are
/// used alike, 1 if no expert serves both.
double routing_distance(const ProjectionRouting& one, const ProjectionRouting& other);

}  // namespace mola
