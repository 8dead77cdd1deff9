#pragma once

#include "mola/base/error.h"
#include "mola/base/log.h"
