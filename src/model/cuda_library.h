#pragma once

namespace mola {

/// For programs that are linked with the CPU part of LibTorch alone, which start faster and take
/// less memory so: where there is a CUDA driver, opens the CUDA part that lies next to the CPU
/// part. Without a driver, and with a LibTorch that has no CUDA part, it does nothing; if the CUDA
/// part cannot be opened, it warns. Callers must call it before anything asks torch for CUDA, since
/// torch keeps the first answer.
void load_cuda_library();

}  // namespace mola
