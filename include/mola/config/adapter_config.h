#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mola/config/allocation.h"
#include "mola/config/enums.h"
#include "mola/config/layer_table.h"

namespace mola {

/// The seven projections of a LLaMA decoder layer, in the order of the forward pass.
const std::vector<std::string>& all_projections();

/// Whether a projection belongs to the self-attention; the others belong to the MLP.
bool in_self_attention(const std::string& projection);

constexpr int64_t kDefaultTopK = 2;
constexpr int64_t kDefaultRank = 8;
constexpr int64_t kHighestRank = 65536;
constexpr int64_t kDefaultPromptLength = 40;
constexpr int64_t kLongestPrompt = 4096;

/// One number for all layers, or a list with one for each.
using NumberOrList = std::variant<int64_t, std::vector<int64_t>>;

/// `"adapter"` as a config file says it, before the number of layers is known. A key that was not
/// given is empty; `with_defaults` fills it in.
struct AdapterSpec {
  std::optional<AdapterType> type;
  std::optional<std::string> allocation;  ///< any form that Allocation::parse takes
  std::optional<NumberOrList> top_k;
  std::optional<NumberOrList> rank;
  std::optional<double> alpha;
  std::optional<double> dropout;
  std::optional<std::vector<std::string>> target_modules;
  std::optional<Init> init;
  std::optional<int64_t> num_virtual_tokens;  ///< prompt_tuning
  std::optional<std::string> init_text;       ///< prompt_tuning
  std::optional<int64_t> adapter_len;         ///< llama_adapter
  std::optional<int64_t> adapter_layers;      ///< llama_adapter
  std::optional<std::string> init_from;       ///< the folder of a saved adapter
};

/// `spec` with the defaults of the keys that a new adapter of its type has and `spec` leaves out.
/// Throws `Error` for a key that an adapter of its type does not have.
AdapterSpec with_defaults(AdapterSpec spec);

/// Everything that is needed to rebuild an adapter on a model of L layers. What another type of
/// adapter has is empty or zero.
struct AdapterConfig {
  AdapterType type = AdapterType::kMola;
  std::vector<std::string> target_modules;
  Allocation allocation;  ///< N: experts per projection and layer; for LoRA 1
  LayerTable top_k;       ///< K: at most N; 0 where N is 0
  LayerTable rank;        ///< r
  double alpha = 16;
  double dropout = 0.05;
  Init init = Init::kKaiming;
  int64_t num_virtual_tokens = 0;  ///< P of prompt tuning
  std::string init_text;           ///< whose embeddings these start from; empty: random
  int64_t adapter_len = 0;         ///< tokens of each prompt of a LLaMA-Adapter
  int64_t adapter_layers = 0;      ///< the highest layers, which have such a prompt
};

/// The top_k of every projection and layer: one number is clamped to the layer's experts; a list is
/// not, and has to fit. Throws `Error` for a list of the wrong length or a value outside 1..N_j.
LayerTable resolve_top_k(const NumberOrList& value, int64_t num_layers,
                         const Allocation& allocation);

/// The adapter that `given` asks for on a model of `num_layers` layers. Throws `Error` for a key
/// that its type does not have, a list of the wrong length, a top_k outside 1..N_j, an unknown
/// target module, a rank below 1, or more adapter_layers than layers.
AdapterConfig resolve(const AdapterSpec& given, int64_t num_layers);

/// The saved adapter's settings, with the dropout of `spec` if it names one. Throws `Error` for any
/// other key in `spec` that contradicts `saved`.
AdapterConfig resolve(const AdapterSpec& spec, int64_t num_layers, const AdapterConfig& saved);

}  // namespace mola
