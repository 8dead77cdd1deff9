#include "mola/nn/lora_mixture.h"

namespace mola {

LoraMixtureOptions::LoraMixtureOptions(int64_t in_features, int64_t out_features,
                                       int64_t num_experts)
    : in_features_(in_features), out_features_(out_features), num_experts_(num_experts) {}

LoraMixtureImpl::LoraMixtureImpl(const LoraMixtureOptions& options_) : options(options_) {
  TORCH_CHECK(options.num_experts() >= 1, "LoraMixture: found num_experts ", options.num_experts(),
              ", expected at least 1");
  TORCH_CHECK(options.top_k() >= 1 && options.top_k() <= options.num_experts(),
              "LoraMixture: found top_k ", options.top_k(),
              ", expected 1 to num_experts, which is ", options.num_experts());
  LoraMixtureImpl::reset();
}

void LoraMixtureImpl::reset() {
  const auto expert_options = LoraExpertOptions(options.in_features(), options.out_features())
                                  .rank(options.rank())
                                  .alpha(options.alpha())
                                  .init(options.init())
                                  .dtype(options.dtype())
                                  .device(options.device());
  experts.clear();
  for (int64_t e = 0; e < options.num_experts(); ++e) {
    experts.push_back(register_module("expert_" + std::to_string(e), LoraExpert(expert_options)));
  }
  router = nullptr;
  if (options.num_experts() > 1) {
    const auto router_options = TopKRouterOptions(options.in_features(), options.num_experts())
                                    .top_k(options.top_k())
                                    .dtype(options.dtype())
                                    .device(options.device());
    router = register_module("router", TopKRouter(router_options));
  }
  if (options.init() == Init::kPissa) {
    const auto like = torch::dtype(options.dtype()).device(options.device());
    initial_A =
        register_buffer("initial_A", torch::zeros({options.rank(), options.in_features()}, like));
    initial_B =
        register_buffer("initial_B", torch::zeros({options.out_features(), options.rank()}, like));
  }
}

void LoraMixtureImpl::pretty_print(std::ostream& stream) const {
  stream << "mola::LoraMixture(num_experts=" << options.num_experts()
         << ", top_k=" << options.top_k() << ", rank=" << options.rank()
         << ", alpha=" << options.alpha() << ")";
}

double LoraMixtureImpl::scaling() const { return experts.front()->scaling(); }

std::vector<torch::Tensor> LoraMixtureImpl::all_lora_B() const {
  std::vector<torch::Tensor> columns;
  for (const auto& expert : experts) columns.push_back(expert->lora_B);
  return columns;
}

}  // namespace mola
