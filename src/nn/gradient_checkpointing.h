#pragma once

#include "mola/nn/decoder_layer.h"

namespace mola {

/// What `layer->forward` gives, with the same gradients, but keeping only x for them: the backward
/// pass computes the layer again, with the same dropout.
torch::Tensor forward_checkpointed(DecoderLayer layer, const torch::Tensor& x,
                                   const AttentionInputs& inputs, RoutingTrace* trace);

}  // namespace mola
