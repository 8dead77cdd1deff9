#pragma once

#include "mola/config/run_config.h"
#include "mola/tasks/task.h"

namespace mola {

/// Which rows of a split `data` asks for.
ReadOptions read_options(const DataConfig& data);

}  // namespace mola
