#pragma once

#include "mola/eval/answer.h"
#include "mola/eval/evaluation.h"
#include "mola/eval/generation.h"
#include "mola/eval/metrics.h"
#include "mola/eval/sampler.h"
#include "mola/eval/scoring.h"
