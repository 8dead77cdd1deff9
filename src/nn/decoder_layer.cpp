#include "mola/nn/decoder_layer.h"

namespace mola {

DecoderLayerImpl::DecoderLayerImpl(RMSNorm input_layernorm_, Attention self_attn_,
                                   RMSNorm post_attention_layernorm_, Mlp mlp_)
    : input_layernorm(register_module("input_layernorm", std::move(input_layernorm_))),
      self_attn(register_module("self_attn", std::move(self_attn_))),
      post_attention_layernorm(
          register_module("post_attention_layernorm", std::move(post_attention_layernorm_))),
      mlp(register_module("mlp", std::move(mlp_))) {}

torch::Tensor DecoderLayerImpl::forward(const torch::Tensor& x, const AttentionInputs& inputs,
                                        RoutingTrace* trace) {
  const auto mixed = self_attn->forward_normed(x, *input_layernorm, inputs, trace);
  return mlp->forward_residual(x, mixed, *post_attention_layernorm, trace, inputs.dropout);
}

}  // namespace mola
