#pragma once

#include <torch/types.h>

#include <string>

#include "mola/io/adapter.h"
#include "mola/model/builders.h"
#include "support/tiny_llama.h"

namespace mola {

/// A tiny LLaMA with this adapter. Its frozen weights are random, and so are all experts and
/// routers: a fresh lora_B is zero, which would hide where it was lost.
inline Llama tiny_model(const AdapterConfig& adapter,
                        const LlamaConfig& config = tiny_llama_config()) {
  torch::manual_seed(2);
  auto model = build_llama(config, adapter);
  torch::NoGradGuard no_grad;
  for (auto& parameter : model->parameters()) parameter.normal_();
  return model;
}

/// The same model, built anew from the saved adapter's folder.
inline Llama reloaded_adapter(const std::string& folder,
                              const LlamaConfig& config = tiny_llama_config()) {
  auto model = build_llama(config, read_adapter_config(folder, config.num_hidden_layers));
  load_adapter(model, folder);
  return model;
}

}  // namespace mola
