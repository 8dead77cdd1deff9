#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "mola/nn/attention.h"
#include "mola/nn/mlp.h"
#include "mola/nn/rms_norm.h"

namespace mola {

/// One pre-norm decoder layer: x += attention(norm(x)), then x += mlp(norm(x)).
class DecoderLayerImpl : public torch::nn::Module {
 public:
  DecoderLayerImpl(RMSNorm input_layernorm, Attention self_attn, RMSNorm post_attention_layernorm,
                   Mlp mlp);

  /// x [N, H] -> [N, H]. Adds the routing to `trace` unless it is null.
  torch::Tensor forward(const torch::Tensor& x, const AttentionInputs& inputs,
                        RoutingTrace* trace = nullptr);

  RMSNorm input_layernorm;
  Attention self_attn;
  RMSNorm post_attention_layernorm;
  Mlp mlp;
};

TORCH_MODULE(DecoderLayer);

}  // namespace mola
