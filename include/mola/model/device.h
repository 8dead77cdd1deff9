#pragma once

#include <torch/types.h>

#include <string>

namespace mola {

/// "cpu", "cuda", or "auto": CUDA where there is a card. Throws `Error` if CUDA is asked for and
/// there is none.
torch::Device choose_device(const std::string& name);

/// "f32", "bf16", or "auto": bf16 on CUDA and on CPUs that multiply in bf16 (AVX512-BF16, AMX),
/// fp32 elsewhere. Throws `Error` for another name.
torch::Dtype choose_dtype(const std::string& name, torch::Device device);

}  // namespace mola
