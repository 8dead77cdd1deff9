#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

namespace mola {

/// Options of `AdaptionPrompt`.
///
/// For example:
/// ```
/// AdaptionPrompt adaption_prompt(AdaptionPromptOptions(40, 4096));
/// ```
struct AdaptionPromptOptions {
  AdaptionPromptOptions(int64_t adapter_len, int64_t hidden_size);

  TORCH_ARG(int64_t, adapter_len);  ///< P, length of the prompt
  TORCH_ARG(int64_t, hidden_size);  ///< H
  TORCH_ARG(torch::Device, device) = torch::kCPU;
};

/// The gated prompt that LLaMA-Adapter (arXiv 2303.16199) adds to the attention of one layer:
///
///     y = gate * softmax(q (prompt Wk^T)^T / sqrt(D)) (prompt Wv^T)
///
/// for each head, where q is rotated by its position and the prompt's keys are not. The softmax is
/// in fp32. The gate starts at zero, so a new prompt does not change the output.
class AdaptionPromptImpl : public torch::nn::Cloneable<AdaptionPromptImpl> {
 public:
  /// Throws `c10::Error` for a size below 1.
  explicit AdaptionPromptImpl(const AdaptionPromptOptions& options_);

  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;

  /// query [N, heads, D], rotated, and the layer's frozen Wk and Wv [kv_heads D, H], all of one
  /// dtype -> y [N, heads D]
  torch::Tensor forward(const torch::Tensor& query, const torch::Tensor& key_weight,
                        const torch::Tensor& value_weight) const;

  AdaptionPromptOptions options;
  torch::Tensor prompt;  ///< [P, H] fp32, initialized from the standard normal distribution
  torch::Tensor gate;    ///< [1] fp32, initialized to 0
};

TORCH_MODULE(AdaptionPrompt);

}  // namespace mola
