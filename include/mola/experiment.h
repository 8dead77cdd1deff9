#pragma once

#include "mola/experiment/continual.h"
#include "mola/experiment/experiment.h"
