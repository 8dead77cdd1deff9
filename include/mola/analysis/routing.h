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

/// How one projection's router used its E experts: sums over tokens, so that those of several
/// batches add up. On the device of the routing; nothing waits for it.
struct RoutingSums {
  int64_t layer;
  std::string projection;
  torch::Tensor tokens;         ///< [] int64
  torch::Tensor co_picks;       ///< [E, E] int64, tokens that chose both; on the diagonal, each
  torch::Tensor weights;        ///< [E] fp64, of the weights of each expert where it was chosen
  torch::Tensor probabilities;  ///< [E] fp64, of its probability among all E
  torch::Tensor entropy;        ///< [] fp64, of the probabilities' entropy in nats
};

/// One for each projection with a router, in the order of the forward pass.
using RoutingStatistics = std::vector<RoutingSums>;

/// Adds what `trace` has collected. `attention_mask` [B, T] of the forward pass that made it:
/// padding is not counted; undefined is no padding.
void add_routing(RoutingStatistics& statistics, const RoutingTrace& trace,
                 const torch::Tensor& attention_mask = {});

/// Adds `more`, statistics of the same projections.
void add_routing(RoutingStatistics& statistics, const RoutingStatistics& more);

constexpr int64_t kRoutingBatchTokens = 4096;

/// The routing of all tokens of `sequences`, without dropout; batches of about `batch_tokens`
/// tokens go through the model, which is left in the mode in which it was. `on_rows`, which may be
/// left out, is called with the number of sequences of each batch.
RoutingStatistics collect_routing(Llama model, const std::vector<const Sequence*>& sequences,
                                  int64_t batch_tokens = kRoutingBatchTokens,
                                  const std::function<void(size_t rows)>& on_rows = {});

/// The figures of each projection.
std::vector<ProjectionRouting> summarize(const RoutingStatistics& statistics);

}  // namespace mola
