#pragma once

#include <string>

namespace mola {

/// For programs that link only the CPU part of LibTorch, for a faster start and less memory: if a
/// CUDA driver is installed, opens the CUDA part, which is next to the CPU part. Without a driver,
/// and with a LibTorch that has no CUDA part, it does nothing; if the CUDA part cannot be opened,
/// it warns. Callers must call it before anything asks torch for CUDA, since torch keeps the first
/// answer.
void load_cuda_library();

/// Why torch has no CUDA although this machine has a GPU, such as a driver that is too old; empty
/// without a GPU.
std::string cuda_problem();

}  // namespace mola
