#pragma once

#include <optional>
#include <string>

#include "mola/config/run_config.h"
#include "mola/model/llama.h"

namespace mola {

/// Builds the model of the Hugging Face folder `model_folder` and loads its weights and, unless it
/// is empty, the saved adapter of `adapter_folder`. The model is in evaluation mode; for inference
/// only, `Llama::prepare_for_inference` makes it faster.
Llama load_pretrained(const std::string& model_folder, const std::string& adapter_folder = "",
                      torch::Dtype dtype = torch::kFloat, torch::Device device = torch::kCPU);

/// The model that a run trains: that of `base`, with `adapter` started from `init_from`. On a
/// loaded base, `share_base` and `start_adapter` do the same.
Llama load_for_training(const ModelConfig& base, const AdapterConfig& adapter,
                        const std::optional<std::string>& init_from);

/// Initializes the adapter of `model`, whose base is loaded from `base_folder`, beyond random
/// numbers: from the tensors of the saved adapter `init_from`, if there is one; otherwise prompt
/// tuning from its text, and PiSSA from the largest singular values of the weights.
void start_adapter(Llama& model, const std::string& base_folder,
                   const std::optional<std::string>& init_from);

}  // namespace mola
