#include "mola/nn/prompt_tuning.h"

#include <torch/nn/init.h>

namespace mola {

PromptTuningOptions::PromptTuningOptions(int64_t num_virtual_tokens, int64_t hidden_size)
    : num_virtual_tokens_(num_virtual_tokens), hidden_size_(hidden_size) {}

PromptTuningImpl::PromptTuningImpl(const PromptTuningOptions& options_) : options(options_) {
  TORCH_CHECK(options.num_virtual_tokens() > 0 && options.hidden_size() > 0,
              "PromptTuning: found num_virtual_tokens ", options.num_virtual_tokens(),
              " and hidden_size ", options.hidden_size(), ", expected both above 0");
  PromptTuningImpl::reset();
}

void PromptTuningImpl::reset() {
  prompt_embeddings = register_parameter(
      "prompt_embeddings", torch::empty({options.num_virtual_tokens(), options.hidden_size()},
                                        torch::device(options.device())));
  reset_parameters();
}

void PromptTuningImpl::reset_parameters() { torch::nn::init::normal_(prompt_embeddings); }

void PromptTuningImpl::pretty_print(std::ostream& stream) const {
  stream << "mola::PromptTuning(num_virtual_tokens=" << options.num_virtual_tokens()
         << ", hidden_size=" << options.hidden_size() << ")";
}

}  // namespace mola
