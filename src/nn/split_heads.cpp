#include "nn/split_heads.h"

#include <torch/autograd.h>

#include "kernels/split_heads.h"
#include "nn/kernel_call.h"

namespace mola {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct SplitHeadsFunction : torch::autograd::Function<SplitHeadsFunction> {
  // Query, key and value, in the order of their columns.
  static std::vector<HeadShape> shapes(int64_t time, int64_t batch_of_angles, int64_t heads,
                                       int64_t kv_heads, int64_t head_dim) {
    const int64_t width = (heads + 2 * kv_heads) * head_dim;
    const bool one_table = batch_of_angles == 1;
    return {{time, heads, head_dim, width, 0, one_table},
            {time, kv_heads, head_dim, width, heads * head_dim, one_table},
            {time, kv_heads, head_dim, width, (heads + kv_heads) * head_dim, one_table}};
  }

  static variable_list forward(AutogradContext* ctx, const Tensor& wide, const Tensor& cos,
                               const Tensor& sin, int64_t heads, int64_t kv_heads,
                               int64_t head_dim) {
    const int64_t batch = wide.size(0);
    const int64_t time = wide.size(1);
    variable_list outputs;
    for (const auto& shape : shapes(time, cos.size(0), heads, kv_heads, head_dim)) {
      const bool is_value = outputs.size() == 2;
      outputs.push_back(torch::empty({batch, shape.heads, time, head_dim}, wide.options()));
      for_kernel_type(wide, [&](auto* type) {
        using T = std::remove_pointer_t<decltype(type)>;
        at::parallel_for(0, batch * time, kRowGrain, [&](int64_t begin, int64_t end) {
          split_heads_rows(shape, kernel_data<T>(wide), is_value ? nullptr : kernel_data<T>(cos),
                           kernel_data<T>(sin), kernel_data<T>(outputs.back()), begin, end);
        });
      });
    }
    ctx->save_for_backward({cos, sin});
    ctx->saved_data["sizes"] = std::vector<int64_t>{heads, kv_heads, head_dim};
    return outputs;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto sizes = ctx->saved_data["sizes"].toIntVector();
    const int64_t batch = gradients[0].size(0);
    const int64_t time = gradients[0].size(2);
    const auto all = shapes(time, saved[0].size(0), sizes[0], sizes[1], sizes[2]);
    const auto grad = torch::empty({batch, time, all[0].row_width}, gradients[0].options());
    for (size_t i = 0; i < all.size(); ++i) {
      const auto from = gradients[i].contiguous();
      for_kernel_type(grad, [&](auto* type) {
        using T = std::remove_pointer_t<decltype(type)>;
        at::parallel_for(0, batch * time, kRowGrain, [&](int64_t begin, int64_t end) {
          split_heads_gradient_rows(all[i], kernel_data<T>(from),
                                    i == 2 ? nullptr : kernel_data<T>(saved[0]),
                                    kernel_data<T>(saved[1]), kernel_data<T>(grad), begin, end);
        });
      });
    }
    return {grad, {}, {}, {}, {}, {}};
  }
};

}  // namespace

std::vector<Tensor> split_heads(const Tensor& wide, const RotaryAngles& rotary, int64_t heads,
                                int64_t kv_heads, int64_t head_dim) {
  if (wide.is_cpu()) {
    return SplitHeadsFunction::apply(wide.contiguous(), rotary.cos.contiguous(),
                                     rotary.sin.contiguous(), heads, kv_heads, head_dim);
  }
  const auto parts = wide.unflatten(-1, {-1, head_dim})
                         .transpose(1, 2)
                         .split_with_sizes({heads, kv_heads, kv_heads}, 1);
  return {rotary.apply(parts[0]), rotary.apply(parts[1]), parts[2]};
}

}  // namespace mola
