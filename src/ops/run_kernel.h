#pragma once

#include "ops/device.h"
#include "ops/device_kernels.h"
#include "ops/kernel_dispatch.h"

namespace mola {

/// Whether our kernels compute for `tensor`: on the host, and on devices that have them for its
/// dtype. Elsewhere torch's operators do.
inline bool has_kernel(const torch::Tensor& tensor) {
  return on_host(tensor) || device_kernels(tensor) != nullptr;
}

/// A pointer to the elements of `tensor`, as `kernel_data`; null if it is undefined.
template <class T>
T* data_or_null(const torch::Tensor& tensor) {
  return tensor.defined() ? kernel_data<T>(tensor) : nullptr;
}

/// The rows begin..end of a kernel on the host.
template <class Arguments>
struct RowsOf {
  using Function = void (*)(const Arguments& arguments, int64_t begin, int64_t end);
};

/// Runs the kernel of `arguments` where `like` is: on the host `run_rows`, in parallel for ranges
/// of at least `grain` that cover `rows`; on a GPU a launch of its `blocks()`.
template <template <class> class Arguments, class T>
void run_kernel(const torch::Tensor& like, const Arguments<T>& arguments, int64_t rows,
                typename RowsOf<Arguments<T>>::Function run_rows, int64_t grain = kRowGrain) {
  if (auto* kernels = device_kernels(like)) return launch(*kernels, like, arguments);
  at::parallel_for(0, rows, grain,
                   [&](int64_t begin, int64_t end) { run_rows(arguments, begin, end); });
}

}  // namespace mola
