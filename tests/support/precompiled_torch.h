#pragma once

#include "precompiled.h"
#include "support/precompiled_plain.h"
