#pragma once

#include "kernels/launch_shape.h"

namespace mola {

/// The fused projections wide [N, (query + 2 key_value) D] with the heads of query and key rotated
/// by the angles cos, sin [N, D] -> heads [N, query, D] of the queries, and [N, 2 key_value, D] of
/// the keys and then the values. The gradient goes the other way.
template <class T>
struct HeadsArguments {
  static constexpr const char* kSource = "heads";
  static constexpr const char* kName = "split_heads";
  const T* wide;
  const T* cos;
  const T* sin;
  T* queries;
  T* keys_values;
  int64_t rows;
  int64_t query;
  int64_t key_value;
  int64_t half;  // of D
  int64_t heads() const { return query + 2 * key_value; }
  int64_t blocks() const { return ceil_divide(rows * heads() * half, kThreads); }
};

/// dwide of the gradients of query [N, query, D], key and value [N, key_value, D]; the rows of the
/// latter two have a stride.
template <class T>
struct HeadsGradientArguments {
  static constexpr const char* kSource = "heads";
  static constexpr const char* kName = "split_heads_gradient";
  const T* grad_query;
  const T* grad_key;
  const T* grad_value;
  const T* cos;
  const T* sin;
  T* dwide;
  int64_t rows;
  int64_t key_stride;
  int64_t query;
  int64_t key_value;
  int64_t half;
  int64_t heads() const { return query + 2 * key_value; }
  int64_t blocks() const { return ceil_divide(rows * heads() * half, kThreads); }
};

}  // namespace mola
