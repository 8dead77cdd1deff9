#pragma once

#include "mola/config/run_config.h"
#include "mola/tasks/task.h"

namespace mola {

/// The rows of a split that `data` selects.
ReadOptions read_options(const DataConfig& data);

}  // namespace mola
