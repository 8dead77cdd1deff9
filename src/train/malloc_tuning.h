#pragma once

namespace mola {

/// Asks the C library to keep memory that is freed for the next allocation, rather than give it
/// back to the system: every training step allocates the same tensors, and getting their pages anew
/// took a tenth of a step on a CPU. It holds for the whole process, from now on. `Trainer` calls
/// it. Without glibc it does nothing.
void keep_freed_memory();

}  // namespace mola
