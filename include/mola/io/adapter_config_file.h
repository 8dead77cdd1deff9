#pragma once

#include <cstdint>
#include <string>

#include "mola/config/adapter_config.h"
#include "mola/config/adapter_spec.h"

namespace mola {

/// Reads the settings of the adapter in `folder` for a model of `num_layers` layers. This library's
/// MoLA folders have them in the object `mola` of adapter_config.json. For a MoLA of the official
/// code and for a LoRA, experts are inferred from the tensors, and top_k, which is not saved, is
/// `unsaved_top_k`. Prompt tuning and LLaMA-Adapter are read in PEFT's format. Throws `Error` for a
/// folder that is not an adapter, or is one of a model with other layers, for a setting that is not
/// supported, and for experts other than adapter_config.json promises.
AdapterConfig read_adapter_config(const std::string& folder, int64_t num_layers,
                                  const NumberOrList& unsaved_top_k = kDefaultTopK);

/// The adapter of a config: a new one, or the settings of the saved one that `spec.init_from`
/// names. Throws `Error` as `resolve` does.
AdapterConfig resolve_adapter(const AdapterSpec& spec, int64_t num_layers);

}  // namespace mola
