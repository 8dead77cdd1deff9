#pragma once

#include <torch/types.h>

#include "mola/model/llama.h"

namespace mola {

/// A LLaMA of `config`'s shape, its layers wrapped with `adapter` (one without target modules wraps
/// nothing; with the type "full" all weights are trained). The frozen weights are not initialised:
/// fill them with `load_base_model`. Experts and routers start as `adapter.init` says and prompts
/// normally distributed, from torch's random generator; they are fp32 whatever `dtype` the frozen
/// weights have. On the meta device nothing is allocated.
Llama build_llama(const LlamaConfig& config, const AdapterConfig& adapter,
                  torch::Dtype dtype = torch::kFloat, torch::Device device = torch::kCPU);

/// The same on the frozen weights of `base`, a loaded model without an adapter: they are shared,
/// not copied. Whoever changes weights of the new model (training all of them, PiSSA) gives it
/// copies of its own first, so that `base` serves any number of models.
Llama share_base(const Llama& base, const AdapterConfig& adapter);

}  // namespace mola
