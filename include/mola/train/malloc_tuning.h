#pragma once

namespace mola {

/// Makes glibc keep freed memory for later allocations instead of returning it to the system: every
/// training step allocates the same tensors, and mapping their pages again took a tenth of a step
/// on a CPU. Applies to the whole process from now on, so it is for programs to call: `mola` does,
/// and no class of the library. Without glibc it has no effect.
void keep_freed_memory();

}  // namespace mola
