#include "mola/nn/projection_group.h"

#include <algorithm>
#include <set>

#include "ops/group.h"
#include "ops/kernel_dispatch.h"
#include "ops/norm_rows.h"
#include "ops/parameter_block.h"

namespace mola {

using torch::Tensor;

namespace {

// One block while they have one dtype: checkpoints have the optimizer's state in this order. Frozen
// for inference in bf16, the routers stay fp32.
void put_A_before_routers(std::vector<Tensor> lora_A, const std::vector<Tensor>& routers) {
  if (!routers.empty() && routers.front().scalar_type() == lora_A.front().scalar_type()) {
    lora_A.insert(lora_A.end(), routers.begin(), routers.end());
  }
  if (!lora_A.empty()) put_side_by_side(lora_A, 0);
}

}  // namespace

ProjectionOptions::ProjectionOptions(std::string name, int64_t out_features)
    : name_(std::move(name)), out_features_(out_features) {}

ProjectionGroupOptions::ProjectionGroupOptions(int64_t in_features,
                                               std::vector<ProjectionOptions> projections)
    : in_features_(in_features), projections_(std::move(projections)) {}

ProjectionGroupImpl::ProjectionGroupImpl(const ProjectionGroupOptions& options_)
    : options(options_) {
  TORCH_CHECK(options.in_features() > 0, "ProjectionGroup: found in_features ",
              options.in_features(), ", expected above 0");
  TORCH_CHECK(!options.projections().empty(),
              "ProjectionGroup: found no projections, expected at least one");
  TORCH_CHECK(options.dropout() >= 0 && options.dropout() < 1, "ProjectionGroup: found dropout ",
              options.dropout(), ", expected from 0 to below 1");
  std::set<std::string> names;
  for (const auto& projection : options.projections()) {
    TORCH_CHECK(projection.out_features() > 0, "ProjectionGroup: found out_features ",
                projection.out_features(), " for ", projection.name(), ", expected above 0");
    TORCH_CHECK(projection.num_experts() >= 0, "ProjectionGroup: found num_experts ",
                projection.num_experts(), " for ", projection.name(), ", expected at least 0");
    TORCH_CHECK(names.insert(projection.name()).second, "ProjectionGroup: found ",
                projection.name(), " twice, expected different names");
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
  products = nullptr;
  flat.reset();
  build_parameter_blocks();
}

void ProjectionGroupImpl::pretty_print(std::ostream& stream) const {
  stream << "mola::ProjectionGroup(in_features=" << options.in_features();
  for (const auto& projection : options.projections()) {
    stream << ", " << projection.name() << "=" << projection.out_features();
  }
  stream << ", dropout=" << options.dropout() << ")";
}

// A of all experts, by mixture.
std::vector<Tensor> ProjectionGroupImpl::all_lora_A() const {
  std::vector<Tensor> rows;
  for (const auto& mixture : mixtures) {
    if (mixture.is_empty()) continue;
    for (const auto& expert : mixture->experts) rows.push_back(expert->lora_A);
  }
  return rows;
}

std::vector<Tensor> ProjectionGroupImpl::all_routers() const {
  std::vector<Tensor> rows;
  for (const auto& mixture : mixtures) {
    if (mixture.is_empty() || mixture->router.is_empty()) continue;
    rows.push_back(mixture->router->weight);
  }
  return rows;
}

void ProjectionGroupImpl::build_parameter_blocks() const {
  put_A_before_routers(all_lora_A(), all_routers());
  for (const auto& mixture : mixtures) {
    if (!mixture.is_empty()) put_side_by_side(mixture->all_lora_B(), 1);
  }
}

// The position of each mixture in the output, in the block of all A and in the routers.
std::vector<MixturePlace> ProjectionGroupImpl::mixture_places() const {
  std::vector<MixturePlace> places;
  int64_t output_begin = 0;
  int64_t row_of_A = 0;
  int64_t row_of_routers = 0;
  for (const auto& mixture : mixtures) {
    const auto& projection = options.projections()[&mixture - mixtures.data()];
    if (!mixture.is_empty()) {
      const auto& given = mixture->options;
      places.push_back({{given.num_experts(), given.top_k(), given.rank(), mixture->scaling()},
                        output_begin,
                        projection.out_features(),
                        row_of_A,
                        mixture->router.is_empty() ? -1 : row_of_routers});
      row_of_A += given.num_experts() * given.rank();
      if (!mixture->router.is_empty()) row_of_routers += given.num_experts();
    }
    output_begin += projection.out_features();
  }
  return places;
}

// x [N, width]
GroupOutputs ProjectionGroupImpl::forward_rows(const Tensor& x, const InputSteps& given,
                                               RoutingTrace* trace,
                                               const std::optional<DropoutKey>& key) {
  const auto dtype = x.scalar_type();
  TORCH_CHECK(dtype == weight.scalar_type(), "ProjectionGroup: found x of ", dtype, ", expected ",
              weight.scalar_type(), ", the dtype of the weight");
  const auto buffers = flat.lock();
  std::vector<Tensor> lora_B;
  std::vector<std::string> routed;
  for (size_t i = 0; i < mixtures.size(); ++i) {
    if (mixtures[i].is_empty() || !use_adapter) continue;
    lora_B.push_back(parameter_block(mixtures[i]->all_lora_B(), 1, dtype, buffers.get()));
    if (!mixtures[i]->router.is_empty()) routed.push_back(options.projections()[i].name());
  }
  const bool is_adapted = !lora_B.empty();
  Tensor lora_A, routers;
  if (is_adapted) {
    const auto parts_of_A = all_lora_A();
    const auto parts_of_routers = all_routers();
    put_A_before_routers(parts_of_A, parts_of_routers);
    lora_A = parameter_block(parts_of_A, 0, dtype, buffers.get());
    if (!parts_of_routers.empty()) {
      routers = parameter_block(parts_of_routers, 0, accumulate_dtype(dtype), buffers.get());
    }
  }
  const auto places = is_adapted ? mixture_places() : std::vector<MixturePlace>();
  auto steps = given;
  if (is_training() && is_adapted && options.dropout() > 0) {
    steps.dropout = Dropout{key ? *key : random_dropout_key(), options.dropout()};
  }
  const auto outputs = group_forward(x, weight, bias, lora_A, routers, lora_B, places, steps,
                                     trace != nullptr, products);
  for (size_t i = 0; i < outputs.routing.size(); ++i) {
    trace->records.push_back({trace->layer, routed[i], outputs.routing[i]});
  }
  return outputs;
}

Tensor ProjectionGroupImpl::forward_wide(const Tensor& x, RoutingTrace* trace,
                                         InputActivation activation,
                                         const std::optional<DropoutKey>& key) {
  const int64_t width = options.in_features() * (activation == InputActivation::kSwiglu ? 2 : 1);
  TORCH_CHECK(x.dim() > 0 && x.size(-1) == width, "ProjectionGroup: found x of ", x.sizes(),
              ", expected [..., ", width, "]");
  const auto outputs = forward_rows(x.reshape({-1, width}), {activation}, trace, key);
  auto shape = x.sizes().vec();
  shape.back() = outputs.y.size(1);
  return outputs.y.view(shape);
}

std::pair<Tensor, Tensor> ProjectionGroupImpl::forward_normed(
    const Tensor& x, const Tensor& delta, const RMSNormImpl& norm, RoutingTrace* trace,
    const std::optional<DropoutKey>& key) {
  const auto none = InputActivation::kNone;
  if (norm.weight.requires_grad() || !has_norm_kernel(x, norm.weight)) {
    if (!delta.defined()) return {x, forward_wide(norm.forward(x), trace, none, key)};
    const auto [sum, normed] = norm.forward_sum(x, delta);
    return {sum, forward_wide(normed, trace, none, key)};
  }
  const int64_t width = options.in_features();
  TORCH_CHECK(x.dim() > 0 && x.size(-1) == width && norm.options.size() == width,
              "ProjectionGroup: found x of ", x.sizes(), " and a norm of ", norm.options.size(),
              ", expected [..., ", width, "] and ", width);
  TORCH_CHECK(!delta.defined() || delta.sizes() == x.sizes(), "ProjectionGroup: found a delta of ",
              delta.sizes(), ", expected the shape of x, ", x.sizes());
  const auto rows = [&](const Tensor& tensor) {
    return tensor.defined() ? tensor.reshape({-1, width}) : tensor;
  };
  InputSteps steps = {none};
  steps.norm = InputNorm{norm.weight, norm.options.eps(), rows(delta)};
  const auto outputs = forward_rows(rows(x), steps, trace, key);
  auto shape = x.sizes().vec();
  shape.back() = outputs.y.size(1);
  return {delta.defined() ? outputs.sum.view(x.sizes()) : x, outputs.y.view(shape)};
}

std::vector<Tensor> ProjectionGroupImpl::forward(const Tensor& x, RoutingTrace* trace) {
  std::vector<int64_t> widths;
  for (const auto& projection : options.projections()) widths.push_back(projection.out_features());
  return forward_wide(x, trace).split_with_sizes(widths, -1);
}

Tensor ProjectionGroupImpl::projection_weight(size_t index) const {
  int64_t row = 0;
  for (size_t i = 0; i < index; ++i) row += options.projections()[i].out_features();
  return weight.narrow(0, row, options.projections()[index].out_features());
}

}  // namespace mola
