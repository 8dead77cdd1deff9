#pragma once

#include "mola/config/adapter_config.h"
#include "mola/config/adapter_spec.h"
#include "mola/config/allocation.h"
#include "mola/config/config_value.h"
#include "mola/config/continual_plan.h"
#include "mola/config/enums.h"
#include "mola/config/evaluation_options.h"
#include "mola/config/experiment_plan.h"
#include "mola/config/layer_table.h"
#include "mola/config/llama_config.h"
#include "mola/config/pretrain_config.h"
#include "mola/config/run_config.h"
