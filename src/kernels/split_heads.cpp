#include "kernels/split_heads.h"

#include "kernels/rotate.h"

namespace mola {
namespace {

// The transpose of `rotate_head`.
template <class T>
inline void rotate_back(const T* dy, const T* cos, const T* sin, T* dx, int64_t half) {
#pragma omp simd
  for (int64_t i = 0; i < half; ++i) {
    const Acc<T> low = load(dy[i]);
    const Acc<T> high = load(dy[i + half]);
    store(dx[i], low * load(cos[i]) + high * load(sin[i + half]));
    store(dx[i + half], high * load(cos[i + half]) - low * load(sin[i]));
  }
}

// Calls `act` with the offsets of each head in both layouts and of its token's angles.
template <class Act>
inline void for_each_head(const HeadShape& shape, int64_t begin, int64_t end, const Act& act) {
  const int64_t* sequence = shape.offsets;  // the sequence of token n
  for (int64_t n = begin; n < end; ++n) {
    while (sequence[1] <= n) ++sequence;
    const int64_t time = sequence[1] - sequence[0];
    for (int64_t h = 0; h < shape.heads; ++h) {
      const int64_t in_wide = n * shape.row_width + shape.begin + h * shape.head_dim;
      const int64_t row = sequence[0] * shape.heads + h * time + (n - sequence[0]);
      act(in_wide, row * shape.head_dim, n * shape.head_dim);
    }
  }
}

template <class T>
inline void split(const HeadShape& shape, const T* wide, const T* cos, const T* sin, T* heads,
                  int64_t begin, int64_t end) {
  for_each_head(shape, begin, end, [&](int64_t in_wide, int64_t in_heads, int64_t angles) {
    if (cos == nullptr) {
      std::memcpy(heads + in_heads, wide + in_wide, shape.head_dim * sizeof(T));
    } else {
      rotate_head(wide + in_wide, cos + angles, sin + angles, heads + in_heads, shape.head_dim / 2);
    }
  });
}

template <class T>
inline void merge(const HeadShape& shape, const T* heads, const T* cos, const T* sin, T* wide,
                  int64_t begin, int64_t end) {
  for_each_head(shape, begin, end, [&](int64_t in_wide, int64_t in_heads, int64_t angles) {
    if (cos == nullptr) {
      std::memcpy(wide + in_wide, heads + in_heads, shape.head_dim * sizeof(T));
    } else {
      rotate_back(heads + in_heads, cos + angles, sin + angles, wide + in_wide, shape.head_dim / 2);
    }
  });
}

}  // namespace

#define MOLA_SPLIT_HEADS_KERNELS(T)                                                       \
  MOLA_KERNEL void split_heads_rows(const HeadShape& shape, const T* wide, const T* cos,  \
                                    const T* sin, T* heads, int64_t begin, int64_t end) { \
    split(shape, wide, cos, sin, heads, begin, end);                                      \
  }                                                                                       \
  MOLA_KERNEL void merge_heads_rows(const HeadShape& shape, const T* heads, const T* cos, \
                                    const T* sin, T* wide, int64_t begin, int64_t end) {  \
    merge(shape, heads, cos, sin, wide, begin, end);                                      \
  }
MOLA_SPLIT_HEADS_KERNELS(float)
MOLA_SPLIT_HEADS_KERNELS(BFloat16)
MOLA_SPLIT_HEADS_KERNELS(double)

}  // namespace mola
