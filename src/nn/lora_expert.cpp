#include "mola/nn/lora_expert.h"

#include <torch/nn/init.h>

#include <cmath>

namespace mola {

LoraExpertOptions::LoraExpertOptions(int64_t in_features, int64_t out_features)
    : in_features_(in_features), out_features_(out_features) {}

LoraExpertImpl::LoraExpertImpl(const LoraExpertOptions& options_) : options(options_) {
  TORCH_CHECK(options.in_features() > 0 && options.out_features() > 0,
              "LoraExpert: found in_features ", options.in_features(), " and out_features ",
              options.out_features(), ", expected both above 0");
  TORCH_CHECK(options.rank() > 0, "LoraExpert: found rank ", options.rank(), ", expected above 0");
  TORCH_CHECK(options.alpha() > 0, "LoraExpert: found alpha ", options.alpha(),
              ", expected above 0");
  LoraExpertImpl::reset();
}

void LoraExpertImpl::reset() {
  const auto like = torch::dtype(options.dtype()).device(options.device());
  lora_A =
      register_parameter("lora_A", torch::empty({options.rank(), options.in_features()}, like));
  lora_B =
      register_parameter("lora_B", torch::empty({options.out_features(), options.rank()}, like));
  reset_parameters();
}

void LoraExpertImpl::reset_parameters() {
  if (options.init() == Init::kGaussian) {
    torch::nn::init::normal_(lora_A, 0.0, 1.0 / static_cast<double>(options.rank()));
  } else {  // also for PiSSA: `start_pissa` needs the frozen weight
    torch::nn::init::kaiming_uniform_(lora_A, std::sqrt(5.0));
  }
  torch::nn::init::zeros_(lora_B);
}

void LoraExpertImpl::pretty_print(std::ostream& stream) const {
  stream << "mola::LoraExpert(in_features=" << options.in_features()
         << ", out_features=" << options.out_features() << ", rank=" << options.rank()
         << ", alpha=" << options.alpha() << ")";
}

torch::Tensor LoraExpertImpl::forward(const torch::Tensor& x) const {
  return torch::linear(torch::linear(x, lora_A), lora_B) * scaling();
}

double LoraExpertImpl::scaling() const {
  return options.alpha() / static_cast<double>(options.rank());
}

}  // namespace mola
