#pragma once

#include "mola/tasks/task.h"

namespace mola {

// Each in the file of its name.
Task cola_task();
Task commonsenseqa_task();
Task instruction_task();
Task mrpc_task();
Task openbookqa_task();
Task rte_task();
Task scienceqa_task();
Task text_task();

/// The names of them all.
std::vector<std::string> task_names();

}  // namespace mola
