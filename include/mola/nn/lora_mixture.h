#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include <vector>

#include "mola/nn/lora_expert.h"
#include "mola/nn/top_k_router.h"

namespace mola {

/// Options of `LoraMixture`.
struct LoraMixtureOptions {
  LoraMixtureOptions(int64_t in_features, int64_t out_features, int64_t num_experts);

  TORCH_ARG(int64_t, in_features);   ///< I
  TORCH_ARG(int64_t, out_features);  ///< O
  TORCH_ARG(int64_t, num_experts);   ///< E
  TORCH_ARG(int64_t, top_k) = 2;     ///< K, at most E
  TORCH_ARG(int64_t, rank) = 8;      ///< r
  TORCH_ARG(double, alpha) = 16;
  TORCH_ARG(Init, init) = Init::kKaiming;
  TORCH_ARG(torch::Dtype, dtype) = torch::kFloat;
  TORCH_ARG(torch::Device, device) = torch::kCPU;
};

/// The experts of one projection and the router that weights them (paper, section 3.1; `TopKRouter`
/// defines S and p'):
///
///     y = sum over e in S of p'_e (alpha / r) B_e A_e x
///
/// A single expert has weight 1 and no router, as in LoRA.
class LoraMixtureImpl : public torch::nn::Cloneable<LoraMixtureImpl> {
 public:
  /// Throws `c10::Error` unless there is at least one expert and 1 <= top_k <= num_experts.
  explicit LoraMixtureImpl(const LoraMixtureOptions& options_);

  void reset() override;
  void pretty_print(std::ostream& stream) const override;

  /// alpha / r
  double scaling() const;

  /// B of each expert: [O, r].
  std::vector<torch::Tensor> all_lora_B() const;

  LoraMixtureOptions options;
  std::vector<LoraExpert> experts;
  TopKRouter router{nullptr};  ///< null for one expert
  torch::Tensor initial_A;     ///< [r, I] with init kPissa, see `start_pissa`; else undefined
  torch::Tensor initial_B;     ///< [O, r], likewise
};

TORCH_MODULE(LoraMixture);

}  // namespace mola
