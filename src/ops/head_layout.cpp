#include "ops/head_layout.h"

#include "ops/kernel_dispatch.h"

namespace mola {

using torch::Tensor;

namespace {

template <class T>
const T* angles(const Tensor& table) {
  return table.defined() ? kernel_data<T>(table) : nullptr;
}

}  // namespace

Tensor zero_after(const Tensor& like, int64_t width, int64_t tokens) {
  auto rows = torch::empty({like.size(0), width}, like.options());
  rows.narrow(0, tokens, like.size(0) - tokens).zero_();
  return rows;
}

HeadShape HeadLayout::shape(const Tensor& wide, int64_t column, int64_t heads) const {
  return {
      places_.data(), static_cast<int64_t>(places_.size()), rows_, heads, head_dim_, wide.size(1),
      column};
}

bool HeadLayout::has_padding() const {
  int64_t tokens = 0;
  for (const auto& place : places_) tokens += place.end - place.first;
  return tokens < batches_ * rows_;
}

Tensor HeadLayout::split(const Tensor& wide, int64_t column, int64_t heads,
                         const RotaryAngles& rotary) const {
  const auto blocks = torch::empty({batches_ * heads * rows_, head_dim_}, wide.options());
  if (has_padding()) blocks.zero_();
  for_rows(wide, tokens_end(), [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    split_heads_rows(shape(wide, column, heads), kernel_data<T>(wide), angles<T>(rotary.cos),
                     angles<T>(rotary.sin), kernel_data<T>(blocks), begin, end);
  });
  return blocks;
}

void HeadLayout::merge(const Tensor& blocks, const Tensor& wide, int64_t column, int64_t heads,
                       const RotaryAngles& rotary) const {
  for_rows(wide, tokens_end(), [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    merge_heads_rows(shape(wide, column, heads), kernel_data<T>(blocks), angles<T>(rotary.cos),
                     angles<T>(rotary.sin), kernel_data<T>(wide), begin, end);
  });
}

}  // namespace mola
