#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <optional>
#include <vector>

#include "mola/nn/adaption_prompt.h"
#include "mola/nn/key_value_cache.h"
#include "mola/nn/projection_group.h"
#include "mola/nn/rotary_embedding.h"

namespace mola {

/// What all layers of one forward pass share: N tokens of sequences that lie end to end, each of
/// which looks at itself and at the tokens before it in its sequence.
struct AttentionInputs {
  RotaryAngles rotary;           ///< [N, D]
  std::vector<int64_t> offsets;  ///< where each sequence begins among the tokens; N at the end
  /// [B, 1, T, T] bool for B sequences of T tokens: true where a query may look, instead of the
  /// above. Undefined without padding.
  torch::Tensor mask;
  /// The sequences go on from what these slots hold. Empty: they are whole.
  std::optional<CachedSequences> cached = std::nullopt;
};

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
