#include "ops/norm_rows.h"

#include "kernels/rms_norm.h"
#include "ops/run_kernel.h"

namespace mola {

using torch::Tensor;

bool has_norm_kernel(const Tensor& x, const Tensor& weight) {
  return has_kernel(x) && x.scalar_type() == weight.scalar_type();
}

NormedRows norm_rows(const Tensor& x_given, const Tensor& delta_given, const Tensor& weight,
                     double eps) {
  const auto x = x_given.contiguous();
  const auto delta = delta_given.defined() ? delta_given.contiguous() : Tensor();
  const auto sum = delta.defined() ? torch::empty_like(x) : Tensor();
  const NormedRows result = {
      delta.defined() ? sum : x, torch::empty_like(x),
      torch::empty({x.numel() / x.size(-1)}, x.options().dtype(accumulate_dtype(x.scalar_type())))};
  with_type(x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const RmsNormArguments<T> arguments = {kernel_data<T>(x),
                                           data_or_null<T>(delta),
                                           kernel_data<T>(weight),
                                           static_cast<Acc<T>>(eps),
                                           data_or_null<T>(sum),
                                           kernel_data<T>(result.normed),
                                           kernel_data<Acc<T>>(result.inverse),
                                           result.inverse.size(0),
                                           x.size(-1)};
    run_kernel(x, arguments, arguments.rows, rms_norm_rows);
  });
  return result;
}

NormRowsGradient norm_rows_gradient(const Tensor& dy_given, const Tensor& more_given,
                                    const NormedRows& rows, const Tensor& weight, bool with_norm) {
  const auto dy = dy_given.contiguous();
  const auto more = more_given.defined() ? more_given.contiguous() : Tensor();
  const NormRowsGradient result = {torch::empty_like(dy),
                                   with_norm ? torch::empty_like(dy) : Tensor()};
  with_type(dy, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const RmsNormGradientArguments<T> arguments = {kernel_data<T>(dy),
                                                   data_or_null<T>(more),
                                                   kernel_data<T>(rows.sum),
                                                   kernel_data<T>(weight),
                                                   kernel_data<Acc<T>>(rows.inverse),
                                                   kernel_data<T>(result.grad),
                                                   data_or_null<T>(result.normed),
                                                   rows.inverse.size(0),
                                                   dy.size(-1)};
    run_kernel(dy, arguments, arguments.rows, rms_norm_gradient_rows);
  });
  return result;
}

}  // namespace mola
