#pragma once

#include <cstdint>
#include <string>

#include "mola/config/adapter_config.h"
#include "mola/config/adapter_spec.h"

namespace mola {

/// Reads what is needed to rebuild the adapter in `folder` on a model of `num_layers` layers. A
/// MoLA folder of ours says it in the `mola` object of adapter_config.json; of a MoLA that the
/// official code wrote and of a LoRA, experts and ranks are taken from the tensors, and top_k,
/// which is not saved, is `unsaved_top_k`. Prompt tuning and LLaMA-Adapter are read as PEFT saves
/// them. Throws `Error` for a folder that is no adapter, or the adapter of a model with other
/// layers.
AdapterConfig read_adapter_config(const std::string& folder, int64_t num_layers,
                                  const NumberOrList& unsaved_top_k = kDefaultTopK);

/// The adapter that a config asks for: a new one, or the settings of the saved one that
/// `spec.init_from` names. Throws `Error` as `resolve` does.
AdapterConfig resolve_adapter(const AdapterSpec& spec, int64_t num_layers);

}  // namespace mola
