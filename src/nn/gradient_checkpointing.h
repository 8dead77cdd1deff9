#pragma once

#include "mola/nn/decoder_layer.h"

namespace mola {

/// `layer->forward` with activation checkpointing: x [N, H] -> [N, H]. Saves only x; the backward
/// pass recomputes the layer with the same dropout masks. Outputs and gradients are the same.
torch::Tensor forward_checkpointed(DecoderLayer layer, const torch::Tensor& x,
                                   const AttentionInputs& inputs, RoutingTrace* trace);

}  // namespace mola
