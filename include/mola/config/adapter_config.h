#pragma once

#include <cstdint>
#include <string>
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

/// An adapter on a model of L layers: its type and the parts that it adds to the model. A model
/// knows nothing else about adapters. The default is no adapter.
struct AdapterConfig {
  std::string type;  ///< one of `adapter_types`; empty: no adapter

  // Mixtures on projections.
  std::vector<std::string> target_modules;
  Allocation allocation;  ///< N: experts per projection and layer; for LoRA 1
  LayerTable top_k;       ///< K: at most N; 0 where N is 0
  LayerTable rank;        ///< r
  double alpha = 16;
  double dropout = 0.05;
  Init init = Init::kKaiming;

  // Virtual tokens in front of the text.
  int64_t num_virtual_tokens = 0;  ///< P
  std::string init_text;           ///< text whose embeddings initialize them; empty: random

  // Prompts in the attention.
  int64_t adapter_len = 0;     ///< tokens of each prompt
  int64_t adapter_layers = 0;  ///< number of highest layers that have one

  bool trains_base = false;  ///< all weights of the model are trained

  bool is_none() const { return type.empty(); }
};

}  // namespace mola
