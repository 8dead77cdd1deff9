#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

namespace mola {

/// Options of `PromptTuning`.
///
/// For example:
/// ```
/// PromptTuning prompt_tuning(PromptTuningOptions(40, 4096));
/// ```
struct PromptTuningOptions {
  PromptTuningOptions(int64_t num_virtual_tokens, int64_t hidden_size);

  TORCH_ARG(int64_t, num_virtual_tokens);  ///< P
  TORCH_ARG(int64_t, hidden_size);         ///< H
  TORCH_ARG(torch::Device, device) = torch::kCPU;
};

/// Prompt tuning (arXiv 2104.08691): P virtual tokens with trained embeddings precede every
/// sequence. The embeddings are initialized from the standard normal distribution, as in PEFT.
class PromptTuningImpl : public torch::nn::Cloneable<PromptTuningImpl> {
 public:
  /// Throws `c10::Error` for a size below 1.
  explicit PromptTuningImpl(const PromptTuningOptions& options_);

  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;

  PromptTuningOptions options;
  torch::Tensor prompt_embeddings;  ///< [P, H] fp32
};

TORCH_MODULE(PromptTuning);

}  // namespace mola
