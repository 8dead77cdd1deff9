#pragma once

#include "config/fields.h"
#include "mola/config/evaluation_options.h"
#include "mola/config/run_config.h"

namespace mola {

// The fields of a run's objects, in the order in which they are written.

const Fields<ModelConfig>& model_fields();
const Fields<DataConfig>& data_fields();
const Fields<TrainConfig>& train_fields();
const Fields<OutputConfig>& output_fields();

/// Of the object "evaluation" in the plans of several runs.
const Fields<PlanEvaluation>& evaluation_fields();

}  // namespace mola
