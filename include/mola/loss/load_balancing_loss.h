#pragma once

#include <torch/types.h>

#include <map>

#include "mola/ops/routing.h"

namespace mola {

/// How often each expert was picked, by decoder layers: [E], on the device. All projections of a
/// layer count; where they differ in E, those with the most.
using LayerPicks = std::map<int64_t, torch::Tensor>;

/// Adds `more` to `sums`, on the device of `more`.
void add_picks(LayerPicks& sums, const LayerPicks& more);

/// The load-balancing loss of the paper (section 3.3, after the Switch Transformer), summed over
/// decoder layers; multiply it by the balance coefficient. For each layer the routing of all its
/// projections is laid end to end along the tokens, and
///
///     loss = E * sum over e of f_e P_e
///
/// with f_e the share of all picks that went to expert e and P_e the mean of its probability: 1
/// when uniform. Where projections of a layer differ in E, those of equal E are laid together and
/// the layer's loss is the mean of these, weighted by their projections.
///
/// `attention_mask` [B, T] of the forward pass that made `trace`: padding counts in neither f nor
/// P; undefined is no padding. Returns a scalar, of fp32 unless the routing is wider; an empty
/// trace gives an fp32 zero. What f counts is added to `picks` where it is given.
torch::Tensor load_balancing_loss(const RoutingTrace& trace,
                                  const torch::Tensor& attention_mask = {},
                                  LayerPicks* picks = nullptr);

}  // namespace mola
