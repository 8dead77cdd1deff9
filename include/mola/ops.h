#pragma once

#include "mola/ops/attention_inputs.h"
#include "mola/ops/input_activation.h"
#include "mola/ops/key_value_cache.h"
#include "mola/ops/product_method.h"
#include "mola/ops/rotary_angles.h"
#include "mola/ops/routing.h"
