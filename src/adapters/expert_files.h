#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "adapters/saved_adapter.h"
#include "mola/config/adapter_config.h"

namespace mola {

// adapter_config.json of adapters of LoRA experts.

/// 16 rather than 16.0, as other tools write it.
nlohmann::ordered_json number_json(double number);

/// The common fields of PEFT and of the official code, except "r".
nlohmann::ordered_json experts_json(const AdapterConfig& config);

/// The object "mola": everything that is needed to rebuild the adapter.
nlohmann::ordered_json mola_object(const AdapterConfig& config);

/// Reads the object "mola" of a saved adapter.
AdapterConfig read_mola_object(const SavedAdapter& saved);

/// Whether the file has an object "mola", and whether "peft_type" is LORA.
bool has_mola_object(const SavedAdapter& saved);
bool is_peft_lora(const SavedAdapter& saved);

/// The type in the object "mola": "lora" or "mola".
std::string type_in_mola_object(const SavedAdapter& saved);

/// Whether the experts in a saved adapter's tensors are numbered.
bool has_numbered_experts(const SavedAdapter& saved);

/// Reads an adapter of PEFT or of the official MoLA code. Experts are inferred from the tensors.
/// Throws `Error` for a setting that is not supported and that changes the computation, and for
/// tensors other than those that the config promises.
AdapterConfig read_peft_experts(const SavedAdapter& saved);

/// Throws `Error` for a setting that was not read and is neither off (null, false or empty) nor
/// among those `without_effect`: it may change the computation, and tools add some with each
/// version.
void refuse_unread(const JsonReader& reader, std::vector<std::string> without_effect);

/// Throws `Error` if `key` is set to something other than `expected`.
void refuse_other(const JsonReader& reader, const std::string& key, const std::string& expected);

}  // namespace mola
