#pragma once

#include <string>

#include "mola/model/llama.h"

namespace mola {

/// Builds the model of the Hugging Face folder `model_folder`, loads its weights and, unless it is
/// empty, puts the saved adapter of `adapter_folder` on it. The model is in
/// evaluation mode; for inference alone `Llama::freeze_adapter` makes it faster.
Llama load_pretrained(const std::string& model_folder, const std::string& adapter_folder = "",
                      torch::Dtype dtype = torch::kFloat, torch::Device device = torch::kCPU);

}  // namespace mola
