#include "mola/train/malloc_tuning.h"

#include <cstdlib>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace mola {

void keep_freed_memory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_MAX, 0);         // no mmap for single allocations, which free() would unmap
  mallopt(M_TRIM_THRESHOLD, -1);  // no trimming of the heap
#endif
}

}  // namespace mola
