#pragma once

namespace mola {

/// Gives CUDA devices the kernels of kernels/cuda, compiled for each at first use and kept in
/// `cache_folder`. Without CUDA's compiler or driver it warns, and torch's operators take their
/// place.
void use_cuda_kernels();

}  // namespace mola
