#pragma once

#include "mola/io/adapter.h"
#include "mola/io/adapter_config_file.h"
#include "mola/io/base_model.h"
#include "mola/io/pretrained.h"
#include "mola/io/safetensors.h"
#include "mola/io/safetensors_file.h"
