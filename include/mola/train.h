#pragma once

#include "mola/train/checkpoint.h"
#include "mola/train/finetune.h"
#include "mola/train/flat_parameters.h"
#include "mola/train/malloc_tuning.h"
#include "mola/train/metrics.h"
#include "mola/train/optimizer.h"
#include "mola/train/schedule.h"
#include "mola/train/trainer.h"
#include "mola/train/validation.h"
