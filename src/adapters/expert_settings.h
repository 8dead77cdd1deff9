#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/fields.h"
#include "mola/config/adapter_config.h"

namespace mola {

// The settings of adapters with LoRA experts, mola and lora, in a config.

constexpr int64_t kDefaultRank = 8;
constexpr int64_t kHighestRank = 65536;

struct ExpertSettings {
  std::optional<std::string> allocation;  ///< any form that Allocation::parse accepts
  NumberOrList top_k = kDefaultTopK;
  NumberOrList rank = kDefaultRank;
  double alpha = 16;
  double dropout = 0.05;
  std::vector<std::string> target_modules = all_projections();
  Init init = Init::kKaiming;
};

/// The fields of a mixture, and of one expert without a router.
const Fields<ExpertSettings>& mixture_fields();
const Fields<ExpertSettings>& single_expert_fields();

/// The top_k of every projection and layer: one number is clamped to the layer's experts; a list is
/// not, and must fit. Throws `Error` for a list of the wrong length or a value outside 1..N_j.
LayerTable resolve_top_k(const NumberOrList& value, int64_t num_layers,
                         const Allocation& allocation);

/// `names`, checked, in the order of the forward pass.
std::vector<std::string> resolve_target_modules(const std::vector<std::string>& names);

/// The adapter of `settings`, with one expert everywhere if they have no allocation. Throws `Error`
/// for values that do not fit a model of `num_layers` layers.
AdapterConfig resolve_experts(const ExpertSettings& settings, int64_t num_layers);

/// `saved` with the dropout of `reader` if it sets one. Throws `Error` for another setting that
/// contradicts it.
AdapterConfig resolve_saved_experts(const JsonReader& reader, int64_t num_layers,
                                    const AdapterConfig& saved);

}  // namespace mola
