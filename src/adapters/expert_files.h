#pragma once

#include <nlohmann/json.hpp>

#include "adapters/adapter.h"

namespace mola {

// adapter_config.json of adapters of LoRA experts.

/// 16 rather than 16.0, as other tools write it.
nlohmann::ordered_json number_json(double number);

/// The fields of PEFT and of the official code that all have, but for "r".
nlohmann::ordered_json experts_json(const AdapterConfig& config);

/// The object "mola": everything that is needed to rebuild the adapter.
nlohmann::ordered_json mola_object(const AdapterConfig& config);

/// What the object "mola" of a saved adapter says.
AdapterConfig read_mola_object(const SavedAdapter& saved);

/// Whether the file has an object "mola", and whether "peft_type" says LORA.
bool has_mola_object(const SavedAdapter& saved);
bool is_peft_lora(const SavedAdapter& saved);

/// "lora" or "mola", as the object "mola" says.
std::string type_in_mola_object(const SavedAdapter& saved);

/// Whether the experts in a saved adapter's tensors are numbered.
bool has_numbered_experts(const SavedAdapter& saved);

/// An adapter as PEFT or the official MoLA code wrote it. Experts and ranks are taken from the
/// tensors. Throws `Error` for a setting that changes what the adapter computes and that is not
/// supported.
AdapterConfig read_peft_experts(const SavedAdapter& saved);

/// The settings whose keys are given in `reader` and must not be: throws `Error` for one with
/// something in it.
void refuse_settings(const JsonReader& reader, const std::vector<std::string>& keys);

/// Throws `Error` if `key` is given and is not `expected`.
void refuse_other(const JsonReader& reader, const std::string& key, const std::string& expected);

}  // namespace mola
