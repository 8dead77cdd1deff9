#include "kernels/split_heads.h"

#include "kernels/rotate.h"

namespace mola {
namespace {

// Adds the transpose of `rotate_head`.
template <class T>
inline void rotate_back(const T* dy, const T* cos, const T* sin, T* dx, int64_t half) {
#pragma omp simd
  for (int64_t i = 0; i < half; ++i) {
    const Acc<T> low = load(dy[i]);
    const Acc<T> high = load(dy[i + half]);
    store(dx[i], load(dx[i]) + (low * load(cos[i]) + high * load(sin[i + half])));
    store(dx[i + half], load(dx[i + half]) + (high * load(cos[i + half]) - low * load(sin[i])));
  }
}

// Calls `act` with the offsets of each head in both layouts and of its token's angles.
template <class Act>
inline void for_each_head(const HeadShape& shape, int64_t begin, int64_t end, const Act& act) {
  const HeadPlace* place = shape.places;
  const HeadPlace* last = place + shape.num_places;
  while (place != last && place->end <= begin) ++place;
  for (; place != last && place->first < end; ++place) {
    const int64_t from = place->first > begin ? place->first : begin;
    const int64_t to = place->end < end ? place->end : end;
    for (int64_t n = from; n < to; ++n) {
      for (int64_t h = 0; h < shape.heads; ++h) {
        const int64_t in_wide = n * shape.row_width + shape.begin + h * shape.head_dim;
        const int64_t row =
            (place->batch * shape.heads + h) * shape.rows + place->row + n - place->first;
        act(*place, in_wide, row * shape.head_dim, n * shape.head_dim);
      }
    }
  }
}

template <class T>
inline void split(const HeadShape& shape, const T* wide, const T* cos, const T* sin, T* heads,
                  int64_t begin, int64_t end) {
  const auto copy = [&](const HeadPlace&, int64_t in_wide, int64_t in_heads, int64_t angles) {
    if (cos == nullptr) {
      std::memcpy(heads + in_heads, wide + in_wide, shape.head_dim * sizeof(T));
    } else {
      rotate_head(wide + in_wide, cos + angles, sin + angles, heads + in_heads, shape.head_dim / 2);
    }
  };
  for_each_head(shape, begin, end, copy);
}

template <class T>
inline void merge(const HeadShape& shape, const T* heads, const T* cos, const T* sin, T* wide,
                  int64_t begin, int64_t end) {
  const auto copy = [&](const HeadPlace& place, int64_t in_wide, int64_t in_heads, int64_t angles) {
    T* to = wide + in_wide;
    const T* from = heads + in_heads;
    if (cos != nullptr) {
      if (!place.adds) std::memset(to, 0, shape.head_dim * sizeof(T));
      rotate_back(from, cos + angles, sin + angles, to, shape.head_dim / 2);
    } else if (!place.adds) {
      std::memcpy(to, from, shape.head_dim * sizeof(T));
    } else {
#pragma omp simd
      for (int64_t i = 0; i < shape.head_dim; ++i) store(to[i], load(to[i]) + load(from[i]));
    }
  };
  for_each_head(shape, begin, end, copy);
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
