#pragma once

#include <torch/types.h>

#include <string>

namespace mola {

/// "cpu", "cuda", or "auto": CUDA if available. Throws `Error` if CUDA is requested and not
/// available.
torch::Device choose_device(const std::string& name);

/// "f32", "bf16", or "auto": bf16 on CUDA and on CPUs with native bf16 (AVX512-BF16, AMX), fp32
/// elsewhere. Throws `Error` for another name.
torch::Dtype choose_dtype(const std::string& name, torch::Device device);

/// Makes torch compute only in ways that give the same bits in every run, for the rest of the
/// process, on a GPU too. Call it before anything is computed there.
void use_deterministic_algorithms();

}  // namespace mola
