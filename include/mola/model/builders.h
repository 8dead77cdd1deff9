#pragma once

#include <torch/types.h>

#include "mola/model/llama.h"

namespace mola {

/// A LLaMA of `config`'s shape, its layers wrapped with `adapter` (an adapter without target
/// modules wraps nothing). The frozen weights are not initialised: fill them with
/// `load_base_model`. Experts and routers start as `adapter.init` says, from torch's random
/// generator; they are fp32 whatever `dtype` the frozen weights have. On the meta device nothing is
/// allocated.
Llama build_llama(const LlamaConfig& config, const AdapterConfig& adapter,
                  torch::Dtype dtype = torch::kFloat, torch::Device device = torch::kCPU);

}  // namespace mola
