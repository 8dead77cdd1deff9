#include "ops/head_layout.h"

#include "kernels/split_heads.h"
#include "ops/kernel_dispatch.h"

namespace mola {

using torch::Tensor;

namespace {

template <class T>
const T* angles(const Tensor& table) {
  return table.defined() ? kernel_data<T>(table) : nullptr;
}

}  // namespace

Tensor HeadLayout::split(const Tensor& wide, int64_t column, int64_t heads,
                         const RotaryAngles& rotary) const {
  const HeadShape shape = {offsets_.data(), heads, head_dim_, wide.size(1), column};
  const auto by_heads = torch::empty({wide.size(0) * heads, head_dim_}, wide.options());
  for_rows(wide, wide.size(0), [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    split_heads_rows(shape, kernel_data<T>(wide), angles<T>(rotary.cos), angles<T>(rotary.sin),
                     kernel_data<T>(by_heads), begin, end);
  });
  return by_heads;
}

void HeadLayout::merge(const Tensor& by_heads, const Tensor& wide, int64_t column, int64_t heads,
                       const RotaryAngles& rotary) const {
  const HeadShape shape = {offsets_.data(), heads, head_dim_, wide.size(1), column};
  for_rows(wide, wide.size(0), [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    merge_heads_rows(shape, kernel_data<T>(by_heads), angles<T>(rotary.cos), angles<T>(rotary.sin),
                     kernel_data<T>(wide), begin, end);
  });
}

}  // namespace mola
