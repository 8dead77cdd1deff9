#pragma once

#include <cstdint>
#include <string>

#include "config/json_reader.h"

namespace mola {

/// The adapter in `folder`, whose adapter_config.json `reader` reads, as PEFT or the official MoLA
/// code wrote it. Experts and ranks are taken from the tensors; top_k, which is not saved, is
/// `unsaved_top_k`. Throws `Error` for a setting that changes what the adapter computes and that we
/// do not compute.
AdapterConfig read_peft_config(const JsonReader& reader, const std::string& folder,
                               int64_t num_layers, const NumberOrList& unsaved_top_k);

}  // namespace mola
