#pragma once

#include "mola/loss/causal_lm_loss.h"
#include "mola/loss/ignore_index.h"
#include "mola/loss/load_balancing_loss.h"
