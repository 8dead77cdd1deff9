#pragma once

#include "mola/adapters/adapters.h"
