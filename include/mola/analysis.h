#pragma once

#include "mola/analysis/allocate.h"
#include "mola/analysis/continual_metrics.h"
#include "mola/analysis/measure.h"
#include "mola/analysis/measurements.h"
#include "mola/analysis/prune.h"
#include "mola/analysis/redundancy.h"
#include "mola/analysis/routing.h"
#include "mola/analysis/spectral_quality.h"
