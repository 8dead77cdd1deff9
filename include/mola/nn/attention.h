#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "mola/nn/adaption_prompt.h"
#include "mola/nn/projection_group.h"
#include "mola/ops/attention_inputs.h"

namespace mola {

/// Grouped-query self-attention (arXiv 2305.13245): query head h looks at the key and value head
/// h / (num_heads / num_kv_heads).
class AttentionImpl : public torch::nn::Module {
 public:
  /// `qkv` gives q_proj [num_heads * head_dim], k_proj and v_proj [num_kv_heads * head_dim], `o`
  /// gives o_proj [H]. What `adaption_prompt` gives is added before o_proj.
  AttentionImpl(ProjectionGroup qkv, ProjectionGroup o, int64_t head_dim,
                AdaptionPrompt adaption_prompt = nullptr);

  /// x [N, H] -> [N, H]
  torch::Tensor forward(const torch::Tensor& x, const AttentionInputs& inputs,
                        RoutingTrace* trace = nullptr);

  ProjectionGroup qkv;
  ProjectionGroup o;
  AdaptionPrompt adaption_prompt{nullptr};  ///< null without
  bool use_adapter = true;                  ///< false: as if there were no prompt

 private:
  torch::Tensor mix(const torch::Tensor& wide, const AttentionInputs& inputs) const;

  int64_t head_dim_;
};

TORCH_MODULE(Attention);

}  // namespace mola
