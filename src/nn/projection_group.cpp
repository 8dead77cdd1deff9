#include "mola/nn/projection_group.h"

#include <algorithm>
#include <set>

#include "mola/nn/pack.h"

namespace mola {

using torch::Tensor;

ProjectionOptions::ProjectionOptions(std::string name, int64_t out_features)
    : name_(std::move(name)), out_features_(out_features) {}

ProjectionGroupOptions::ProjectionGroupOptions(int64_t in_features,
                                               std::vector<ProjectionOptions> projections)
    : in_features_(in_features), projections_(std::move(projections)) {}

ProjectionGroupImpl::ProjectionGroupImpl(const ProjectionGroupOptions& options_)
    : options(options_) {
  TORCH_CHECK(options.in_features() > 0, "ProjectionGroup: found in_features ",
              options.in_features(), ", expected above 0");
  TORCH_CHECK(!options.projections().empty(), "ProjectionGroup: has no projections");
  TORCH_CHECK(options.dropout() >= 0 && options.dropout() < 1, "ProjectionGroup: found dropout ",
              options.dropout(), ", expected from 0 to below 1");
  std::set<std::string> names;
  for (const auto& projection : options.projections()) {
    TORCH_CHECK(projection.out_features() > 0, "ProjectionGroup: found out_features ",
                projection.out_features(), " for ", projection.name(), ", expected above 0");
    TORCH_CHECK(projection.num_experts() >= 0, "ProjectionGroup: found num_experts ",
                projection.num_experts(), " for ", projection.name(), ", expected at least 0");
    TORCH_CHECK(names.insert(projection.name()).second, "ProjectionGroup: two projections named ",
                projection.name());
  }
  ProjectionGroupImpl::reset();
}

void ProjectionGroupImpl::reset() {
  int64_t total_out = 0;
  mixtures.clear();
  for (const auto& projection : options.projections()) {
    total_out += projection.out_features();
    mixtures.emplace_back(nullptr);
    if (projection.num_experts() == 0) continue;
    const auto mixture = LoraMixtureOptions(options.in_features(), projection.out_features(),
                                            projection.num_experts())
                             .top_k(projection.top_k())
                             .rank(projection.rank())
                             .alpha(projection.alpha())
                             .init(options.init())
                             .device(options.device());
    mixtures.back() = register_module(projection.name(), LoraMixture(mixture));
  }
  const auto like = torch::dtype(options.dtype()).device(options.device());
  weight = register_parameter("weight", torch::empty({total_out, options.in_features()}, like),
                              /*requires_grad=*/false);
  if (options.bias()) {
    bias = register_parameter("bias", torch::empty({total_out}, like), /*requires_grad=*/false);
  }
}

void ProjectionGroupImpl::pretty_print(std::ostream& stream) const {
  stream << "mola::ProjectionGroup(in_features=" << options.in_features();
  for (const auto& projection : options.projections()) {
    stream << ", " << projection.name() << "=" << projection.out_features();
  }
  stream << ", dropout=" << options.dropout() << ")";
}

// All experts' A, mixture after mixture, then all routers: the rows of the thin block.
std::vector<Tensor> ProjectionGroupImpl::thin_rows() const {
  std::vector<Tensor> rows;
  for (const auto& mixture : mixtures) {
    if (mixture.is_empty()) continue;
    for (const auto& expert : mixture->experts) rows.push_back(expert->lora_A);
  }
  for (const auto& mixture : mixtures) {
    if (mixture.is_empty() || mixture->router.is_empty()) continue;
    rows.push_back(mixture->router->weight);
  }
  return rows;
}

void ProjectionGroupImpl::pack_parameters() const {
  const auto rows = thin_rows();
  if (!rows.empty()) pack(rows, 0);
  for (const auto& mixture : mixtures) {
    if (!mixture.is_empty()) mixture->packed_B();
  }
}

// For each mixture its A x [N, E r], then for each router its logits [N, E].
std::vector<Tensor> ProjectionGroupImpl::thin_products(const Tensor& x) const {
  std::vector<int64_t> sizes;
  int64_t hidden_size = 0;
  for (const auto& mixture : mixtures) {
    if (mixture.is_empty()) continue;
    sizes.push_back(mixture->options.num_experts() * mixture->options.rank());
    hidden_size += sizes.back();
  }
  if (sizes.empty()) return {};
  for (const auto& mixture : mixtures) {
    if (mixture.is_empty() || mixture->router.is_empty()) continue;
    sizes.push_back(mixture->options.num_experts());
  }
  const auto block = pack(thin_rows(), 0).to(x.scalar_type());
  if (options.dropout() == 0 || !is_training()) {
    return torch::linear(x, block).split_with_sizes(sizes, -1);
  }
  const auto hidden = torch::linear(torch::dropout(x, options.dropout(), /*train=*/true),
                                    block.narrow(0, 0, hidden_size));
  const auto logits = torch::linear(x, block.narrow(0, hidden_size, block.size(0) - hidden_size));
  return torch::cat({hidden, logits}, -1).split_with_sizes(sizes, -1);
}

// What the mixtures add to all outputs, [N, sum of O]; undefined if there are none.
Tensor ProjectionGroupImpl::mixture_outputs(const Tensor& x, RoutingTrace* trace) const {
  const auto thin = thin_products(x);
  if (thin.empty()) return {};
  auto next_hidden = thin.begin();
  auto next_logits = next_hidden + std::count_if(mixtures.begin(), mixtures.end(),
                                                 [](const auto& m) { return !m.is_empty(); });
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < mixtures.size(); ++i) {
    const auto& projection = options.projections()[i];
    if (mixtures[i].is_empty()) {
      outputs.push_back(torch::zeros({x.size(0), projection.out_features()}, x.options()));
      continue;
    }
    const bool routed = !mixtures[i]->router.is_empty();
    Routing routing;
    outputs.push_back(
        mixtures[i]->combine(*next_hidden++, routed ? *next_logits++ : Tensor(), &routing));
    if (routed && trace != nullptr) {
      trace->records.push_back({trace->layer, projection.name(), routing});
    }
  }
  return torch::cat(outputs, -1);
}

std::vector<Tensor> ProjectionGroupImpl::forward(const Tensor& x, RoutingTrace* trace) {
  TORCH_CHECK(x.dim() > 0 && x.size(-1) == options.in_features(), "ProjectionGroup: found x of ",
              x.sizes(), ", expected [..., ", options.in_features(), "]");
  const auto tokens = x.reshape({-1, options.in_features()});
  auto all = torch::linear(tokens, weight, bias);
  const auto added = mixture_outputs(tokens, trace);
  // The outputs lie in memory as without an adapter, so a fresh one changes nothing further on.
  if (added.defined()) all = all + added;
  auto shape = x.sizes().vec();
  shape.back() = all.size(1);
  std::vector<int64_t> widths;
  for (const auto& projection : options.projections()) widths.push_back(projection.out_features());
  return all.view(shape).split_with_sizes(widths, -1);
}

Tensor ProjectionGroupImpl::projection_weight(size_t index) const {
  int64_t row = 0;
  for (size_t i = 0; i < index; ++i) row += options.projections()[i].out_features();
  return weight.narrow(0, row, options.projections()[index].out_features());
}

}  // namespace mola
