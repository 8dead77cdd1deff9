#include "mola/nn/adaption_prompt.h"

#include <torch/nn/init.h>

#include <cmath>

#include "ops/kernel_dispatch.h"

namespace mola {

using torch::Tensor;

AdaptionPromptOptions::AdaptionPromptOptions(int64_t adapter_len, int64_t hidden_size)
    : adapter_len_(adapter_len), hidden_size_(hidden_size) {}

AdaptionPromptImpl::AdaptionPromptImpl(const AdaptionPromptOptions& options_) : options(options_) {
  TORCH_CHECK(options.adapter_len() > 0 && options.hidden_size() > 0,
              "AdaptionPrompt: found adapter_len ", options.adapter_len(), " and hidden_size ",
              options.hidden_size(), ", expected both above 0");
  AdaptionPromptImpl::reset();
}

void AdaptionPromptImpl::reset() {
  const auto like = torch::device(options.device());
  prompt = register_parameter("prompt",
                              torch::empty({options.adapter_len(), options.hidden_size()}, like));
  gate = register_parameter("gate", torch::empty({1}, like));
  reset_parameters();
}

void AdaptionPromptImpl::reset_parameters() {
  torch::nn::init::normal_(prompt);
  torch::nn::init::zeros_(gate);
}

void AdaptionPromptImpl::pretty_print(std::ostream& stream) const {
  stream << "mola::AdaptionPrompt(adapter_len=" << options.adapter_len()
         << ", hidden_size=" << options.hidden_size() << ")";
}

Tensor AdaptionPromptImpl::forward(const Tensor& query, const Tensor& key_weight,
                                   const Tensor& value_weight) const {
  const auto dtype = query.scalar_type();
  const int64_t dim = query.size(2);
  const auto rows = prompt.to(dtype);
  const auto key = torch::linear(rows, key_weight).unflatten(1, {-1, dim});  // [P, kv_heads, D]
  const auto value = torch::linear(rows, value_weight).unflatten(1, {-1, dim});
  // Query heads that share a key head are adjacent: n tokens, k key heads, g query heads of each.
  const auto grouped = query.unflatten(1, {key.size(1), -1});
  const auto scores = torch::einsum("nkgd,pkd->nkgp", {grouped, key}) / std::sqrt(dim);
  const auto p = torch::softmax(scores, -1, accumulate_dtype(dtype)).to(dtype);
  return torch::einsum("nkgp,pkd->nkgd", {gate.to(dtype) * p, value}).flatten(1);
}

}  // namespace mola
