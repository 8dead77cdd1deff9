#include <torch/library.h>
#include <torch/types.h>

#include <cmath>
#include <tuple>
#include <vector>

// Attention of segments, which torch has for GPUs only, written out for the CPU, so that the
// pretend device runs it.

namespace mola {
namespace {

using torch::Tensor;

// Queries [queries, heads, D] and keys and values [keys, key heads, D] of segments that end at
// `query_ends` and `key_ends`.
struct Operands {
  Tensor query, key, value, query_ends, key_ends;
  double scale;

  int64_t segments() const { return query_ends.size(0) - 1; }

  // Of one segment, [heads, tokens, D], with a key head for each query head.
  Operands segment(int64_t index) const {
    const int64_t copies = query.size(1) / key.size(1);
    const auto heads = [&](const Tensor& rows, const Tensor& ends, int64_t repeats) {
      const auto begin = ends[index].item<int64_t>();
      return rows.narrow(0, begin, ends[index + 1].item<int64_t>() - begin)
          .transpose(0, 1)
          .repeat_interleave(repeats, 0);
    };
    return {heads(query, query_ends, 1),
            heads(key, key_ends, copies),
            heads(value, key_ends, copies),
            {},
            {},
            scale};
  }

  // [heads, queries, keys] of a segment
  Tensor probabilities() const {
    const auto scores = torch::matmul(query, key.transpose(1, 2)) * scale;
    const auto seen =
        torch::ones({query.size(1), key.size(1)}, torch::kBool).tril(key.size(1) - query.size(1));
    return torch::softmax(scores.masked_fill(~seen, -INFINITY), -1);
  }
};

Tensor mixed(const Operands& all) {
  std::vector<Tensor> rows;
  for (int64_t i = 0; i < all.segments(); ++i) {
    const auto part = all.segment(i);
    rows.push_back(torch::matmul(part.probabilities(), part.value).transpose(0, 1));
  }
  return torch::cat(rows);
}

std::tuple<Tensor, Tensor, Tensor> gradients(const Tensor& grad, const Operands& all) {
  std::vector<Tensor> dq, dk, dv;
  const auto by_key_head = [&](const Tensor& of_heads) {
    return of_heads.unflatten(0, {all.key.size(1), -1}).sum(1).transpose(0, 1);
  };
  for (int64_t i = 0; i < all.segments(); ++i) {
    const auto part = all.segment(i);
    const auto begin = all.query_ends[i].item<int64_t>();
    const auto dy = grad.narrow(0, begin, part.query.size(1)).transpose(0, 1);
    const auto p = part.probabilities();
    const auto dp = torch::matmul(dy, part.value.transpose(1, 2));
    const auto dscores = p * (dp - (dp * p).sum(-1, true)) * all.scale;
    dq.push_back(torch::matmul(dscores, part.key).transpose(0, 1));
    dk.push_back(by_key_head(torch::matmul(dscores.transpose(1, 2), part.query)));
    dv.push_back(by_key_head(torch::matmul(p.transpose(1, 2), dy)));
  }
  return {torch::cat(dq), torch::cat(dk), torch::cat(dv)};
}

using MaybeTensor = std::optional<Tensor>;

std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor> flash_forward(
    const Tensor& query, const Tensor& key, const Tensor& value, const MaybeTensor& query_ends,
    const MaybeTensor& key_ends, int64_t, int64_t, double, bool is_causal, bool,
    std::optional<double> scale, std::optional<int64_t>, std::optional<int64_t>, const MaybeTensor&,
    const MaybeTensor&) {
  TORCH_CHECK(is_causal && query.size(-1) % 8 == 0, "pretend flash attention: found heads of ",
              query.size(-1));
  const auto none = torch::empty({0}, query.options());
  return {mixed({query, key, value, *query_ends, *key_ends, *scale}), none, none, none, none};
}

std::tuple<Tensor, Tensor, Tensor> flash_backward(const Tensor& grad, const Tensor& query,
                                                  const Tensor& key, const Tensor& value,
                                                  const Tensor&, const Tensor&,
                                                  const Tensor& query_ends, const Tensor& key_ends,
                                                  int64_t, int64_t, double, bool, const Tensor&,
                                                  const Tensor&, std::optional<double> scale,
                                                  std::optional<int64_t>, std::optional<int64_t>) {
  return gradients(grad, {query, key, value, query_ends, key_ends, *scale});
}

std::tuple<Tensor, Tensor, Tensor, Tensor, c10::SymInt, c10::SymInt> efficient_forward(
    const Tensor& query, const Tensor& key, const Tensor& value, const MaybeTensor&,
    const MaybeTensor& query_ends, const MaybeTensor& key_ends, std::optional<int64_t> most_queries,
    std::optional<int64_t> most_keys, double, int64_t mask, bool, std::optional<double> scale,
    const MaybeTensor&, std::optional<int64_t>) {
  TORCH_CHECK(mask == 2 && query.size(2) == key.size(2) && query.size(3) % 4 == 0,
              "pretend efficient attention: found mask ", mask, ", ", key.size(2),
              " key heads and heads of ", query.size(3));
  const auto none = torch::empty({0}, query.options());
  const auto y = mixed({query[0], key[0], value[0], *query_ends, *key_ends, *scale}).unsqueeze(0);
  return {y, none, none, none, c10::SymInt(*most_queries), c10::SymInt(*most_keys)};
}

std::tuple<Tensor, Tensor, Tensor, Tensor> efficient_backward(
    const Tensor& grad, const Tensor& query, const Tensor& key, const Tensor& value,
    const MaybeTensor&, const Tensor&, const MaybeTensor& query_ends, const MaybeTensor& key_ends,
    int64_t, int64_t, const Tensor&, double, const Tensor&, const Tensor&, int64_t, bool,
    std::optional<double> scale, std::optional<int64_t>, std::optional<int64_t>, bool) {
  const auto [dq, dk, dv] =
      gradients(grad[0], {query[0], key[0], value[0], *query_ends, *key_ends, *scale});
  return {dq.unsqueeze(0), dk.unsqueeze(0), dv.unsqueeze(0), Tensor()};
}

TORCH_LIBRARY_IMPL(aten, CPU, library) {
  library.impl("_flash_attention_forward", &flash_forward);
  library.impl("_flash_attention_backward", &flash_backward);
  library.impl("_efficient_attention_forward", &efficient_forward);
  library.impl("_efficient_attention_backward", &efficient_backward);
}

}  // namespace
}  // namespace mola
