#pragma once

#include "config/fields.h"
#include "mola/config/pretrain_config.h"

namespace mola {

/// The object "data" of a pretraining config. "model" has `llama_fields`, "output" the fields of a
/// run, and "train" too, except evaluate_every and balance_coefficient.
const Fields<PretrainConfig>& pretrain_data_fields();

}  // namespace mola
