#pragma once

#include <optional>
#include <string>

#include "mola/config/run_config.h"
#include "mola/model/llama.h"

namespace mola {

/// Builds the model of the Hugging Face folder `model_folder`, loads its weights and, unless it is
/// empty, puts the saved adapter of `adapter_folder` on it. The model is in
/// evaluation mode; for inference alone `Llama::prepare_for_inference` makes it faster.
Llama load_pretrained(const std::string& model_folder, const std::string& adapter_folder = "",
                      torch::Dtype dtype = torch::kFloat, torch::Device device = torch::kCPU);

/// The model that a run trains: that of `base`, with `adapter` started from `init_from`. On a base
/// that is loaded already, `share_base` and `start_adapter` make the same.
Llama load_for_training(const ModelConfig& base, const AdapterConfig& adapter,
                        const std::optional<std::string>& init_from);

/// Gives the adapter of `model`, whose base is loaded from `base_folder`, what it starts from
/// beside random numbers: the tensors of the saved adapter `init_from`, if there is one; otherwise
/// prompt tuning its text, and PiSSA the largest singular values of the weights.
void start_adapter(Llama& model, const std::string& base_folder,
                   const std::optional<std::string>& init_from);

}  // namespace mola
