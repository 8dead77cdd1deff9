#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mola/nn/lora_mixture.h"
#include "mola/nn/rms_norm.h"
#include "mola/ops/dropout_key.h"
#include "mola/ops/flat_buffers.h"
#include "mola/ops/input_activation.h"
#include "mola/ops/routing.h"

namespace mola {

class FrozenProducts;
struct GroupOutputs;
struct InputSteps;
struct MixturePlace;

/// Options of one projection of a group: its name, output width and experts.
struct ProjectionOptions {
  ProjectionOptions(std::string name, int64_t out_features);

  TORCH_ARG(std::string, name);         ///< such as "q_proj"
  TORCH_ARG(int64_t, out_features);     ///< O
  TORCH_ARG(int64_t, num_experts) = 0;  ///< E; 0: without experts
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
  TORCH_ARG(double, dropout) = 0.0;  ///< of the input of the experts, not of the routers
  TORCH_ARG(Init, init) = Init::kKaiming;
  TORCH_ARG(torch::Dtype, dtype) = torch::kFloat;  ///< of the frozen weight; experts are fp32
  TORCH_ARG(torch::Device, device) = torch::kCPU;
};

/// The projections that read the same input, such as q, k and v, computed together. Their frozen
/// weights are concatenated into one matrix, so one product computes all outputs; A of all experts
/// and the routers are concatenated into one block, so one low-rank product computes all hidden
/// values and router logits. For each projection
///
///     y = W x + b + sum over e in S of p'_e (alpha / r) B_e A_e dropout(x)
///
/// (paper, section 3.1; `TopKRouter` defines S and p'). There is no loop over experts. All
/// projections of the group share one dropout mask. The experts' tensors are separate parameters,
/// stored in the blocks, see `parameter_block`.
class ProjectionGroupImpl : public torch::nn::Cloneable<ProjectionGroupImpl> {
 public:
  /// Throws `c10::Error` for a size below 1, a negative num_experts, no projections, two with the
  /// same name, or a dropout outside [0, 1).
  explicit ProjectionGroupImpl(const ProjectionGroupOptions& options_);

  void reset() override;
  void pretty_print(std::ostream& stream) const override;

  /// x [..., I] in the weight's dtype -> [..., O] for each projection, in order. Adds the routing
  /// of each projection with a router to `trace` unless it is null. Throws `c10::Error` for another
  /// last size or dtype.
  std::vector<torch::Tensor> forward(const torch::Tensor& x, RoutingTrace* trace = nullptr);

  /// The same with the outputs concatenated: [..., sum of O]. Applies `activation` to x first; with
  /// kSwiglu, x is [..., 2 I]. The dropout mask is that of `key`, or of one drawn from torch's
  /// generator of the CPU.
  torch::Tensor forward_wide(const torch::Tensor& x, RoutingTrace* trace = nullptr,
                             InputActivation activation = InputActivation::kNone,
                             const std::optional<DropoutKey>& key = std::nullopt);

  /// The same for the norm of x + `delta`, both [..., I], in one pass: {x + delta, the result}. An
  /// undefined delta is none. The backward pass computes the norm again instead of keeping it.
  std::pair<torch::Tensor, torch::Tensor> forward_normed(
      const torch::Tensor& x, const torch::Tensor& delta, const RMSNormImpl& norm,
      RoutingTrace* trace = nullptr, const std::optional<DropoutKey>& key = std::nullopt);

  /// Moves all A and routers, and each mixture's B, into their contiguous blocks unless they are
  /// already there, as in a new module. `to`, `clone` and `set_data` take them out and `forward`
  /// puts them back, which no two threads may do at once: call this before threads share such a
  /// module, and before whole blocks are moved.
  void build_parameter_blocks() const;

  /// The rows of `weight` for the projection `index`: [O, I], a view.
  torch::Tensor projection_weight(size_t index) const;

  ProjectionGroupOptions options;
  torch::Tensor weight;               ///< W [sum of O, I], frozen unless it is set to require grad
  torch::Tensor bias;                 ///< b [sum of O], frozen likewise; undefined without a bias
  std::vector<LoraMixture> mixtures;  ///< one per projection, null without experts
  bool use_adapter = true;            ///< false: y = W x + b, without the experts
  /// Set by `FlatParameters`, while it lives: the backward pass adds to `.grad()` of the experts'
  /// tensors by block, which is faster where there are many, but autograd::grad and hooks do not
  /// see it; and blocks in bf16 are taken from the rounded buffer.
  std::weak_ptr<const FlatBuffers> flat;
  /// How W is multiplied while it is frozen, see `use_products`; null: as is fastest on most CPUs.
  std::shared_ptr<const FrozenProducts> products;

 private:
  GroupOutputs forward_rows(const torch::Tensor& x, const InputSteps& given, RoutingTrace* trace,
                            const std::optional<DropoutKey>& key);
  std::vector<torch::Tensor> all_lora_A() const;
  std::vector<torch::Tensor> all_routers() const;
  std::vector<MixturePlace> mixture_places() const;
};

TORCH_MODULE(ProjectionGroup);

}  // namespace mola
