#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mola/analysis/measurements.h"
#include "mola/data/sequence.h"
#include "mola/model/llama.h"
#include "mola/ops/routing.h"

namespace mola {

/// The routing of one projection with E experts, as sums over tokens, so that batches add up. On
/// the device of the routing, without synchronization.
struct RoutingSums {
  int64_t layer;
  std::string projection;
  torch::Tensor tokens;         ///< [] int64
  torch::Tensor co_picks;       ///< [E, E] int64, tokens that chose both; on the diagonal, the one
  torch::Tensor weights;        ///< [E] fp64, of the weights of each expert when it was chosen
  torch::Tensor probabilities;  ///< [E] fp64, of its probability among all E
  torch::Tensor entropy;        ///< [] fp64, of the probabilities' entropy in nats
};

/// One for each projection with a router, in the order of the forward pass.
using RoutingStatistics = std::vector<RoutingSums>;

/// Adds the routing of `trace`. `attention_mask` [B, T] is that of its forward pass: padding is not
/// counted; undefined means no padding.
void add_routing(RoutingStatistics& statistics, const RoutingTrace& trace,
                 const torch::Tensor& attention_mask = {});

/// Adds `more`, statistics of the same projections.
void add_routing(RoutingStatistics& statistics, const RoutingStatistics& more);

constexpr int64_t kRoutingBatchTokens = 4096;

/// The routing of all tokens of `sequences`, without dropout, in batches of about `batch_tokens`
/// tokens. The model's mode is restored. `on_rows`, which is optional, receives the number of
/// sequences of each batch.
RoutingStatistics collect_routing(Llama model, const std::vector<const Sequence*>& sequences,
                                  int64_t batch_tokens = kRoutingBatchTokens,
                                  const std::function<void(size_t rows)>& on_rows = {});

/// The results for each projection.
std::vector<ProjectionRouting> summarize(const RoutingStatistics& statistics);

}  // namespace mola
