#pragma once

#include <torch/types.h>

#include <map>

#include "mola/ops/routing.h"

namespace mola {

/// The number of assignments to each expert, by decoder layer: [E], on the device. All projections
/// of a layer count; if they differ in E, only those with the largest E.
using LayerPicks = std::map<int64_t, torch::Tensor>;

/// Adds `more` to `sums`, on the device of `more`.
void add_picks(LayerPicks& sums, const LayerPicks& more);

/// The load-balancing loss of the paper (section 3.3, after the Switch Transformer), summed over
/// decoder layers; multiply it by the balance coefficient. For each layer the routing of all its
/// projections is concatenated along the tokens, and
///
///     loss = E * sum over e of f_e P_e
///
/// with f_e the share of all assignments that went to expert e and P_e the mean of its probability:
/// 1 for a uniform load. If projections of a layer differ in E, those of equal E form a group, and
/// the layer's loss is the mean over the groups, weighted by their numbers of projections.
///
/// `attention_mask` [B, T] of the forward pass that made `trace`: padding counts in neither f nor
/// P; undefined means no padding. Returns a scalar, fp32 unless the routing has a wider dtype; an
/// empty trace gives an fp32 zero. The assignments in f are added to `picks` unless it is null.
torch::Tensor load_balancing_loss(const RoutingTrace& trace,
                                  const torch::Tensor& attention_mask = {},
                                  LayerPicks* picks = nullptr);

}  // namespace mola
