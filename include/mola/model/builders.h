#pragma once

#include <torch/types.h>

#include "mola/model/llama.h"

namespace mola {

/// A LLaMA of `config`'s shape with `adapter` attached (with the type "full" all weights are
/// trained). The frozen weights are not initialized: fill them with `load_base_model`. Experts and
/// routers are initialized by `adapter.init`, and prompts from a normal distribution, with torch's
/// random generator; they are fp32 whatever the `dtype` of the frozen weights. On the meta device
/// nothing is allocated.
Llama build_llama(const LlamaConfig& config, const AdapterConfig& adapter,
                  torch::Dtype dtype = torch::kFloat, torch::Device device = torch::kCPU);

/// The same on the frozen weights of `base`, a loaded model without an adapter: they are shared,
/// not copied. Code that changes weights of the new model (full fine-tuning, PiSSA) gives it copies
/// of its own first, so that `base` serves any number of models.
Llama share_base(const Llama& base, const AdapterConfig& adapter);

}  // namespace mola
