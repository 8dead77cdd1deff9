#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

namespace mola {

/// Options of `AdaptionPrompt`.
///
/// Example:
/// ```
/// AdaptionPrompt adaption_prompt(AdaptionPromptOptions(40, 4096));
/// ```
struct AdaptionPromptOptions {
  AdaptionPromptOptions(int64_t adapter_len, int64_t hidden_size);

  TORCH_ARG(int64_t, adapter_len);  ///< P
  TORCH_ARG(int64_t, hidden_size);  ///< H
  TORCH_ARG(torch::Device, device) = torch::kCPU;
};

/// The gated prompt that LLaMA-Adapter (arXiv 2303.16199) adds to the attention of one layer:
///
///     y = gate * softmax(q (prompt Wk^T)^T / sqrt(D)) (prompt Wv^T)
///
/// for each head, where q is turned by its position and the prompt's keys are not. The softmax is
/// in fp32. Since the gate starts at zero, a fresh one changes nothing.
class AdaptionPromptImpl : public torch::nn::Cloneable<AdaptionPromptImpl> {
 public:
  /// Throws `c10::Error` for a size below 1.
  explicit AdaptionPromptImpl(const AdaptionPromptOptions& options_);

  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;

  /// query [N, heads, D], turned, and the layer's frozen Wk and Wv [kv_heads D, H], all of one
  /// dtype -> y [N, heads D]
  torch::Tensor forward(const torch::Tensor& query, const torch::Tensor& key_weight,
                        const torch::Tensor& value_weight) const;

  AdaptionPromptOptions options;
  torch::Tensor prompt;  ///< [P, H], starts from the standard normal distribution
  torch::Tensor gate;    ///< [1]
};

TORCH_MODULE(AdaptionPrompt);

}  // namespace mola
