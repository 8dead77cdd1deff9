#pragma once

#include "mola/model/builders.h"
#include "mola/model/device.h"
#include "mola/model/llama.h"
#include "mola/model/merge.h"
#include "mola/model/packed_tokens.h"
#include "mola/model/parameter_count.h"
#include "mola/model/products.h"
#include "mola/model/tensor_map.h"
#include "mola/model/weights.h"
