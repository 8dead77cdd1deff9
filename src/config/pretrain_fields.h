#pragma once

#include "config/fields.h"
#include "mola/config/pretrain_config.h"

namespace mola {

/// The objects "data" and "output" of a pretraining config. "model" has `llama_fields`, "train" the
/// fields of a run, except evaluate_every and balance_coefficient.
const Fields<PretrainConfig>& pretrain_data_fields();
const Fields<PretrainConfig>& pretrain_output_fields();

}  // namespace mola
