#include "train/malloc_tuning.h"

#include <cstdlib>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace mola {

void keep_freed_memory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_MAX, 0);         // no mapping for a single allocation, unmapped when it is freed
  mallopt(M_TRIM_THRESHOLD, -1);  // nor is the end of the heap given back
#endif
}

}  // namespace mola
