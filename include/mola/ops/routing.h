#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

namespace mola {

/// A router's assignment of N tokens to K of E experts each.
struct Routing {
  torch::Tensor probabilities;  ///< [N, E] fp32, softmax over all E (p in section 3.1 of the paper)
  torch::Tensor expert_weights;  ///< [N, K] fp32, the K largest p, normalized to sum to 1
  torch::Tensor expert_indices;  ///< [N, K] int64
};

/// Computes the routing from router logits [N, E] (section 3.1 of the paper):
///
///     p  = softmax(router_logits) in fp32
///     S  = the K largest of p
///     p' = p_e / sum_S p   for e in S
Routing route(const torch::Tensor& router_logits, int64_t top_k);

/// The routing of one projection in one decoder layer.
struct RoutingRecord {
  int64_t layer;
  std::string projection;
  Routing routing;
  torch::Tensor multiplicity = {};  ///< [N] int64, the rows that each token stands for; undefined:
                                    ///< 1 each
};

/// The weight of each of the N tokens of `record` in sums over the tokens of all rows: [N, 1] in
/// `dtype`. `attention_mask`, if defined, has N elements: 0 for padding, which has no weight.
torch::Tensor token_weights(const RoutingRecord& record, const torch::Tensor& attention_mask,
                            torch::Dtype dtype);

/// Collects the routing of a forward pass in the order of the projections. Without a trace, a
/// forward pass keeps no routing.
struct RoutingTrace {
  int64_t layer = 0;  ///< the current decoder layer
  std::vector<RoutingRecord> records;
};

}  // namespace mola
