#include "mola/nn/mola_linear.h"

#include <torch/nn/init.h>

#include <cmath>

namespace mola {
MolaLinearOptions::MolaLinearOptions(int64_t in_features, int64_t out_features, int64_t num_experts)
    : in_features_(in_features), out_features_(out_features), num_experts_(num_experts) {}

MolaLinearOptions MolaLinearOptions::like(const torch::nn::Linear& linear, int64_t num_experts) {
  return MolaLinearOptions(linear->options.in_features(), linear->options.out_features(),
                           num_experts)
      .bias(linear->options.bias())
      .dtype(linear->weight.scalar_type())
      .device(linear->weight.device());
}

MolaLinearImpl::MolaLinearImpl(const MolaLinearOptions& options_) : options(options_) {
  TORCH_CHECK(options.top_k() >= 1, "MolaLinear: found top_k ", options.top_k(),
              ", expected at least 1");
  MolaLinearImpl::reset();
  torch::nn::init::kaiming_uniform_(group->weight, std::sqrt(5.0));
  if (options.bias()) {
    const double bound = 1.0 / std::sqrt(static_cast<double>(options.in_features()));
    torch::nn::init::uniform_(group->bias, -bound, bound);
  }
}

MolaLinearImpl::MolaLinearImpl(const torch::nn::Linear& linear, const MolaLinearOptions& options_)
    : MolaLinearImpl(options_) {
  TORCH_CHECK(group->weight.sizes() == linear->weight.sizes(),
              "MolaLinear: found a linear layer of ", linear->weight.sizes(), ", expected ",
              group->weight.sizes(), " as in the options");
  TORCH_CHECK(options.bias() == linear->options.bias(), "MolaLinear: found a linear layer ",
              linear->options.bias() ? "with" : "without", " a bias, expected one ",
              options.bias() ? "with" : "without", " as in the options");
  torch::NoGradGuard no_grad;
  group->weight.copy_(linear->weight);
  if (options.bias()) group->bias.copy_(linear->bias);
}

void MolaLinearImpl::reset() {
  const auto projection = ProjectionOptions("linear", options.out_features())
                              .num_experts(options.num_experts())
                              .top_k(std::min(options.top_k(), options.num_experts()))
                              .rank(options.rank())
                              .alpha(options.alpha());
  group = register_module(
      "group", ProjectionGroup(ProjectionGroupOptions(options.in_features(), {projection})
                                   .bias(options.bias())
                                   .dropout(options.dropout())
                                   .init(options.init())
                                   .dtype(options.dtype())
                                   .device(options.device())));
}

void MolaLinearImpl::pretty_print(std::ostream& stream) const {
  stream << "mola::MolaLinear(in_features=" << options.in_features()
         << ", out_features=" << options.out_features() << ", num_experts=" << options.num_experts()
         << ", top_k=" << options.top_k() << ", rank=" << options.rank()
         << ", alpha=" << options.alpha() << ", dropout=" << options.dropout()
         << ", bias=" << std::boolalpha << options.bias() << ")";
}

torch::Tensor MolaLinearImpl::forward(const torch::Tensor& x, RoutingTrace* trace) {
  return group->forward(x, trace)[0];
}

}  // namespace mola
