#include "mola/nn/rms_norm.h"

#include "ops/rms_norm.h"

namespace mola {
RMSNormOptions::RMSNormOptions(int64_t size) : size_(size) {}

RMSNormImpl::RMSNormImpl(const RMSNormOptions& options_) : options(options_) {
  TORCH_CHECK(options.size() > 0, "RMSNorm: found size ", options.size(), ", expected above 0");
  RMSNormImpl::reset();
}

void RMSNormImpl::reset() {
  weight = register_parameter(
      "weight",
      torch::ones({options.size()}, torch::dtype(options.dtype()).device(options.device())),
      /*requires_grad=*/false);
}

void RMSNormImpl::pretty_print(std::ostream& stream) const {
  stream << "mola::RMSNorm(size=" << options.size() << ", eps=" << options.eps() << ")";
}

torch::Tensor RMSNormImpl::forward(const torch::Tensor& x) const {
  check_size(x);
  return rms_norm(x, weight, options.eps());
}

std::pair<torch::Tensor, torch::Tensor> RMSNormImpl::forward_sum(const torch::Tensor& x,
                                                                 const torch::Tensor& delta) const {
  check_size(x);
  TORCH_CHECK(delta.sizes() == x.sizes(), "RMSNorm: found a delta of ", delta.sizes(),
              ", expected the shape of x, ", x.sizes());
  const auto [sum, normed] = add_and_norm(x, delta, weight, options.eps());
  return {sum, normed};
}

void RMSNormImpl::check_size(const torch::Tensor& x) const {
  TORCH_CHECK(x.dim() > 0 && x.size(-1) == options.size(), "RMSNorm: found x of ", x.sizes(),
              ", expected [..., ", options.size(), "]");
}

}  // namespace mola
