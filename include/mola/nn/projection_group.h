#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include <string>
#include <vector>

#include "mola/nn/lora_mixture.h"
#include "mola/ops/input_activation.h"
#include "mola/ops/routing.h"

namespace mola {

struct MixturePlace;

/// One projection of a group: its output width and its experts, none if `num_experts` is 0.
struct ProjectionOptions {
  ProjectionOptions(std::string name, int64_t out_features);

  TORCH_ARG(std::string, name);         ///< such as "q_proj"
  TORCH_ARG(int64_t, out_features);     ///< O
  TORCH_ARG(int64_t, num_experts) = 0;  ///< E
  TORCH_ARG(int64_t, top_k) = 2;        ///< K
  TORCH_ARG(int64_t, rank) = 8;         ///< r
  TORCH_ARG(double, alpha) = 16;
};

/// Options of `ProjectionGroup`.
struct ProjectionGroupOptions {
  ProjectionGroupOptions(int64_t in_features, std::vector<ProjectionOptions> projections);

  TORCH_ARG(int64_t, in_features);  ///< I
  TORCH_ARG(std::vector<ProjectionOptions>, projections);
  TORCH_ARG(bool, bias) = false;
  TORCH_ARG(double, dropout) = 0.0;  ///< of the experts' input; the routers see x itself
  TORCH_ARG(Init, init) = Init::kKaiming;
  TORCH_ARG(torch::Dtype, dtype) = torch::kFloat;  ///< of the frozen weight; experts are fp32
  TORCH_ARG(torch::Device, device) = torch::kCPU;
};

/// The projections that read the same input, such as q, k and v: the unit of computation. Their
/// frozen weights lie side by side in one matrix, so one product gives all outputs; all experts' A
/// and the routers lie in one block, so one thin product gives everything the mixtures need. For
/// each projection
///
///     y = W x + sum over e in S of p'_e (alpha / r) B_e A_e dropout(x)
///
/// (paper, section 3.1; `LoraMixture` and `TopKRouter` say how S and p' come about). There is no
/// loop over experts. All projections of the group share one dropout mask. The experts' tensors are
/// parameters of their own that happen to lie in the blocks, see `parameter_block`.
class ProjectionGroupImpl : public torch::nn::Cloneable<ProjectionGroupImpl> {
 public:
  /// Throws `c10::Error` for a size below 1, two projections of one name, or a dropout outside
  /// [0, 1).
  explicit ProjectionGroupImpl(const ProjectionGroupOptions& options_);

  void reset() override;
  void pretty_print(std::ostream& stream) const override;

  /// x [..., I] of the weight's dtype -> one [..., O] for each projection, in order. With `trace`,
  /// the routing of each projection that has a router is added to it. Throws `c10::Error` for
  /// another last size or dtype.
  std::vector<torch::Tensor> forward(const torch::Tensor& x, RoutingTrace* trace = nullptr);

  /// The same with all outputs side by side, [..., sum of O], of the activation's result.
  torch::Tensor forward_wide(const torch::Tensor& x, RoutingTrace* trace = nullptr,
                             InputActivation activation = InputActivation::kNone);

  /// Lays the experts and routers side by side in their blocks, where they do not lie so already.
  /// `forward` does so by itself; whoever moves the blocks as a whole calls it before.
  void build_parameter_blocks() const;

  /// The rows of `weight` that belong to the projection `index`: [O, I].
  torch::Tensor projection_weight(size_t index) const;

  ProjectionGroupOptions options;
  torch::Tensor weight;               ///< W [sum of O, I], frozen unless made to require grad
  torch::Tensor bias;                 ///< [sum of O], frozen likewise; undefined without
  std::vector<LoraMixture> mixtures;  ///< one for each projection, null where it has no experts
  bool use_adapter = true;            ///< false: y = W x, as if there were no experts

 private:
  std::vector<torch::Tensor> thin_rows() const;
  std::vector<MixturePlace> mixture_places() const;
};

TORCH_MODULE(ProjectionGroup);

}  // namespace mola
