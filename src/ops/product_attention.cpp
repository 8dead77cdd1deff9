#include "ops/product_attention.h"

#include <cmath>

#include "ops/kernel_dispatch.h"

namespace mola {

using torch::Tensor;

namespace {

template <class T>
std::vector<T*> pointers(const std::vector<Tensor>& tensors) {
  std::vector<T*> data;
  for (const auto& tensor : tensors) data.push_back(kernel_data<T>(tensor));
  return data;
}

}  // namespace

ProductAttention::ProductAttention(const AttentionInputs& inputs, const HeadCounts& heads)
    : rotary_(inputs.rotary),
      heads_(heads),
      parts_(attention_parts(inputs.offsets, inputs.parents, heads.query)) {}

HeadLayout ProductAttention::queries(const AttentionPart& part) const {
  return {part.queries, part.batches, part.query_rows, heads_.dim};
}

HeadLayout ProductAttention::keys(const AttentionPart& part) const {
  return {part.keys, part.batches, part.key_rows, heads_.dim};
}

// [batches * heads * rows, D] -> [batches * kv_heads, (heads / kv_heads) * rows, D]
Tensor ProductAttention::by_key(const Tensor& blocks, const AttentionPart& part) const {
  return blocks.view({part.batches * heads_.key_value, -1, heads_.dim});
}

ScoreShape ProductAttention::score_shape() const {
  return {parts_.chains.data(), static_cast<int64_t>(parts_.chains.size()), parts_.blocks.data(),
          heads_.query, 1 / std::sqrt(static_cast<double>(heads_.dim))};
}

Tensor ProductAttention::forward(const Tensor& wide, std::vector<KeptAttention>& kept) const {
  std::vector<Tensor> scores;
  for (const auto& part : parts_.list) {
    kept.push_back({queries(part).split(wide, 0, heads_.query, rotary_),
                    keys(part).split(wide, heads_.key_column(), heads_.key_value, rotary_),
                    keys(part).split(wide, heads_.value_column(), heads_.key_value),
                    {},
                    {}});
    auto& of_part = kept.back();
    of_part.softmax =
        torch::bmm(by_key(of_part.query, part), by_key(of_part.key, part).transpose(1, 2));
    scores.push_back(of_part.softmax);
  }
  const int64_t tokens = parts_.chains.back().end;
  for_rows(wide, tokens, [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    attention_softmax_rows(score_shape(), pointers<T>(scores).data(), begin, end);
  });
  const auto y = zero_after(wide, heads_.query * heads_.dim, tokens);
  for (size_t i = 0; i < kept.size(); ++i) {
    const auto& part = parts_.list[i];
    const auto mixed = torch::bmm(kept[i].softmax, by_key(kept[i].value, part));
    queries(part).merge(mixed, y, 0, heads_.query);
  }
  return y;
}

Tensor ProductAttention::backward(const Tensor& dy, const std::vector<KeptAttention>& kept) const {
  std::vector<Tensor> grad_mixed;
  std::vector<Tensor> grad_scores;
  std::vector<Tensor> probabilities;
  for (size_t i = 0; i < kept.size(); ++i) {
    const auto& part = parts_.list[i];
    grad_mixed.push_back(by_key(queries(part).split(dy, 0, heads_.query), part));
    grad_scores.push_back(
        torch::bmm(grad_mixed.back(), by_key(kept[i].value, part).transpose(1, 2)));
    probabilities.push_back(kept[i].softmax);
  }
  const int64_t tokens = parts_.chains.back().end;
  for_rows(dy, tokens, [&](auto* type, int64_t begin, int64_t end) {
    using T = std::remove_pointer_t<decltype(type)>;
    attention_softmax_gradient_rows(score_shape(), pointers<T>(probabilities).data(),
                                    pointers<T>(grad_scores).data(), begin, end);
  });
  const auto dwide = zero_after(dy, heads_.width(), tokens);
  for (size_t i = 0; i < kept.size(); ++i) {
    const auto& part = parts_.list[i];
    const auto by_query = grad_scores[i].transpose(1, 2);
    queries(part).merge(torch::bmm(grad_scores[i], by_key(kept[i].key, part)), dwide, 0,
                        heads_.query, rotary_);
    keys(part).merge(torch::bmm(by_query, by_key(kept[i].query, part)), dwide, heads_.key_column(),
                     heads_.key_value, rotary_);
    keys(part).merge(torch::bmm(probabilities[i].transpose(1, 2), grad_mixed[i]), dwide,
                     heads_.value_column(), heads_.key_value);
  }
  return dwide;
}

}  // namespace mola
