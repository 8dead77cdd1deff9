#pragma once

// What nearly every file that uses torch needs, compiled once. <torch/torch.h> would double the
// time of each of them.
#include <torch/nn/cloneable.h>
#include <torch/nn/init.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>
