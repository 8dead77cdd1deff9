#pragma once

#include "kernels/launch_shape.h"

namespace mola {

/// Tokens of a block of the routers' kernels, experts whose sums a thread keeps in registers, and
/// columns of a block.
constexpr int64_t kRouterTokens = 32;
constexpr int64_t kRouterExperts = 8;
constexpr int64_t kRouterColumns = 64;

/// logits [N, num_experts] = x [N, width] R^T, for all routers R of a group.
template <class T>
struct RouterLogitsArguments {
  static constexpr const char* kSource = "router";
  static constexpr const char* kName = "router_logits";
  const T* x;
  const Acc<T>* R;
  Acc<T>* logits;
  int64_t rows;
  int64_t num_experts;
  int64_t width;
  int64_t blocks() const { return ceil_divide(rows, kRouterTokens); }
};

/// grad_x [N, width] += grad_logits [N, num_experts] R.
template <class T>
struct RouterInputGradientArguments {
  static constexpr const char* kSource = "router";
  static constexpr const char* kName = "router_input_gradient";
  const Acc<T>* grad_logits;
  const Acc<T>* R;
  T* grad_x;
  int64_t rows;
  int64_t num_experts;
  int64_t width;
  int64_t column_blocks() const { return ceil_divide(width, kThreads); }
  int64_t blocks() const { return ceil_divide(rows, kRouterTokens) * column_blocks(); }
};

/// grad_R [num_experts, width] = grad_logits^T x.
template <class T>
struct RouterWeightGradientArguments {
  static constexpr const char* kSource = "router";
  static constexpr const char* kName = "router_weight_gradient";
  const Acc<T>* grad_logits;
  const T* x;
  Acc<T>* grad_R;
  int64_t rows;
  int64_t num_experts;
  int64_t width;
  int64_t column_blocks() const { return ceil_divide(width, kRouterColumns); }
  int64_t blocks() const { return ceil_divide(num_experts, kRouterExperts) * column_blocks(); }
};

/// Rows begin..end on a CPU; of the gradient of R, columns.
#define MOLA_ROUTER_KERNELS(T)                                                                     \
  void router_logits_rows(const RouterLogitsArguments<T>& arguments, int64_t begin, int64_t end);  \
  void router_input_gradient_rows(const RouterInputGradientArguments<T>& arguments, int64_t begin, \
                                  int64_t end);                                                    \
  void router_weight_gradient_columns(const RouterWeightGradientArguments<T>& arguments,           \
                                      int64_t begin, int64_t end);
MOLA_ROUTER_KERNELS(float)
MOLA_ROUTER_KERNELS(BFloat16)
MOLA_ROUTER_KERNELS(double)
#undef MOLA_ROUTER_KERNELS

}  // namespace mola
