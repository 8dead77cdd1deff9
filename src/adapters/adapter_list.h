#pragma once

#include "adapters/adapter.h"

namespace mola {

// Each in the file of its name.
const Adapter& mola_adapter();
const Adapter& lora_adapter();
const Adapter& prompt_tuning_adapter();
const Adapter& llama_adapter();
const Adapter& full_adapter();

}  // namespace mola
