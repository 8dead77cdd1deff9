#include "mola/nn/top_k_router.h"

#include <torch/nn/init.h>

#include <cmath>

#include "ops/kernel_dispatch.h"

namespace mola {

TopKRouterOptions::TopKRouterOptions(int64_t in_features, int64_t num_experts)
    : in_features_(in_features), num_experts_(num_experts) {}

TopKRouterImpl::TopKRouterImpl(const TopKRouterOptions& options_) : options(options_) {
  TORCH_CHECK(options.in_features() > 0, "TopKRouter: found in_features ", options.in_features(),
              ", expected above 0");
  TORCH_CHECK(options.top_k() >= 1 && options.top_k() <= options.num_experts(),
              "TopKRouter: found top_k ", options.top_k(), ", expected 1 to num_experts, which is ",
              options.num_experts());
  TopKRouterImpl::reset();
}

void TopKRouterImpl::reset() {
  const auto like = torch::dtype(options.dtype()).device(options.device());
  weight = register_parameter("weight",
                              torch::empty({options.num_experts(), options.in_features()}, like));
  reset_parameters();
}

void TopKRouterImpl::reset_parameters() {
  torch::nn::init::kaiming_uniform_(weight, std::sqrt(5.0));
}

void TopKRouterImpl::pretty_print(std::ostream& stream) const {
  stream << "mola::TopKRouter(in_features=" << options.in_features()
         << ", num_experts=" << options.num_experts() << ", top_k=" << options.top_k() << ")";
}

Routing TopKRouterImpl::forward(const torch::Tensor& x) const {
  const auto dtype = accumulate_dtype(x.scalar_type());
  return route(torch::linear(x.to(dtype), weight.to(dtype)), options.top_k());
}

}  // namespace mola
