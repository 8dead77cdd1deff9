#pragma once

// A header a folder, in the order of their dependencies.
#include "mola/adapters.h"
#include "mola/analysis.h"
#include "mola/base.h"
#include "mola/config.h"
#include "mola/data.h"
#include "mola/eval.h"
#include "mola/experiment.h"
#include "mola/io.h"
#include "mola/loss.h"
#include "mola/model.h"
#include "mola/nn.h"
#include "mola/ops.h"
#include "mola/tasks.h"
#include "mola/train.h"
#include "mola/version.h"
