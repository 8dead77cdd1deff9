#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "mola/nn/adaption_prompt.h"
#include "mola/nn/projection_group.h"
#include "mola/ops/attention_inputs.h"

namespace mola {

/// Grouped-query self-attention (arXiv 2305.13245): query head h uses key and value head
/// h / (num_heads / num_kv_heads).
class AttentionImpl : public torch::nn::Module {
 public:
  /// `qkv` has the projections q_proj, with num_heads * head_dim outputs, and k_proj and v_proj,
  /// with num_kv_heads * head_dim outputs each; `o` has o_proj, with H outputs. The output of
  /// `adaption_prompt`, unless null, is added before o_proj. Throws `c10::Error` if the widths do
  /// not match head_dim or each other.
  AttentionImpl(ProjectionGroup qkv, ProjectionGroup o, int64_t head_dim,
                AdaptionPrompt adaption_prompt = nullptr);

  /// x [N, H] -> [N, H]. Adds the routing to `trace` unless it is null.
  torch::Tensor forward(const torch::Tensor& x, const AttentionInputs& inputs,
                        RoutingTrace* trace = nullptr);

  /// The same of the norm of x.
  torch::Tensor forward_normed(const torch::Tensor& x, const RMSNormImpl& norm,
                               const AttentionInputs& inputs, RoutingTrace* trace = nullptr);

  ProjectionGroup qkv;
  ProjectionGroup o;
  AdaptionPrompt adaption_prompt{nullptr};  ///< null if there is none
  bool use_adapter = true;                  ///< false: without the prompt

 private:
  torch::Tensor finish(const torch::Tensor& wide, const AttentionInputs& inputs,
                       RoutingTrace* trace);
  torch::Tensor mix(const torch::Tensor& wide, const AttentionInputs& inputs) const;

  int64_t head_dim_;
};

TORCH_MODULE(Attention);

}  // namespace mola
