#pragma once

#include "mola/tasks/example.h"
#include "mola/tasks/prompt.h"
#include "mola/tasks/task.h"
