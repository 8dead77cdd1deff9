#include "kernels/attention_softmax.h"

#include <algorithm>
#include <vector>

namespace mola {
namespace {

// One query of a head: token `t` of its segment.
struct Query {
  const ScoreBlock* blocks;
  int64_t num_blocks;
  int64_t head;
  int64_t t;

  int64_t seen(int64_t b) const { return blocks[b].is_causal ? t + 1 : blocks[b].keys; }
  template <class T>
  T* row(int64_t b, T* const* matrices) const {
    const auto& block = blocks[b];
    return matrices[block.part] + block.first + head * block.head_stride + t * block.width;
  }
};

template <class Act>
inline void for_each_query(const ScoreShape& shape, int64_t begin, int64_t end, const Act& act) {
  const ScoreChain* chain = shape.chains;
  const ScoreChain* last = chain + shape.num_chains;
  while (chain != last && chain->end <= begin) ++chain;
  for (; chain != last && chain->first < end; ++chain) {
    const int64_t from = chain->first > begin ? chain->first : begin;
    const int64_t to = chain->end < end ? chain->end : end;
    for (int64_t n = from; n < to; ++n) {
      for (int64_t h = 0; h < shape.heads; ++h) {
        act(Query{shape.blocks + chain->first_block, chain->num_blocks, h, n - chain->first});
      }
    }
  }
}

// The most keys that a query has, with padding.
inline int64_t most_keys(const ScoreShape& shape) {
  int64_t most = 0;
  for (int64_t c = 0; c < shape.num_chains; ++c) {
    const auto* blocks = shape.blocks + shape.chains[c].first_block;
    int64_t keys = 0;
    for (int64_t b = 0; b < shape.chains[c].num_blocks; ++b) keys += blocks[b].width;
    most = std::max(most, keys);
  }
  return most;
}

// `powers` has room for all keys of a query.
template <class T>
inline void softmax(const Query& query, Acc<T> scale, T* const* scores, Acc<T>* powers) {
  Acc<T> most = load(query.row(0, scores)[0]);
  for (int64_t b = 0; b < query.num_blocks; ++b) {
    const T* row = query.row(b, scores);
    const int64_t seen = query.seen(b);
#pragma omp simd reduction(max : most)
    for (int64_t i = 0; i < seen; ++i) most = load(row[i]) > most ? load(row[i]) : most;
  }
  Acc<T> sum = 0;
  Acc<T>* power = powers;
  for (int64_t b = 0; b < query.num_blocks; ++b) {
    const T* row = query.row(b, scores);
    const int64_t seen = query.seen(b);
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < seen; ++i) {
      power[i] = exponential((load(row[i]) - most) * scale);
      sum += power[i];
    }
    power += seen;
  }
  const Acc<T> factor = 1 / sum;
  power = powers;
  for (int64_t b = 0; b < query.num_blocks; ++b) {
    T* row = query.row(b, scores);
    const int64_t seen = query.seen(b);
#pragma omp simd
    for (int64_t i = 0; i < seen; ++i) store(row[i], factor * power[i]);
    std::memset(row + seen, 0, (query.blocks[b].width - seen) * sizeof(T));
    power += seen;
  }
}

template <class T>
inline void gradient(const Query& query, Acc<T> scale, T* const* p, T* const* grad) {
  Acc<T> sum = 0;
  for (int64_t b = 0; b < query.num_blocks; ++b) {
    const T* probability = query.row(b, p);
    const T* row = query.row(b, grad);
    const int64_t seen = query.seen(b);
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < seen; ++i) sum += load(probability[i]) * load(row[i]);
  }
  for (int64_t b = 0; b < query.num_blocks; ++b) {
    const T* probability = query.row(b, p);
    T* row = query.row(b, grad);
    const int64_t seen = query.seen(b);
#pragma omp simd
    for (int64_t i = 0; i < seen; ++i) {
      store(row[i], scale * load(probability[i]) * (load(row[i]) - sum));
    }
    std::memset(row + seen, 0, (query.blocks[b].width - seen) * sizeof(T));
  }
}

}  // namespace

#define MOLA_ATTENTION_SOFTMAX_KERNELS(T)                                                        \
  MOLA_KERNEL void attention_softmax_rows(const ScoreShape& shape, T* const* scores,             \
                                          int64_t begin, int64_t end) {                          \
    std::vector<Acc<T>> powers(most_keys(shape));                                                \
    for_each_query(shape, begin, end, [&](const Query& query) {                                  \
      softmax(query, static_cast<Acc<T>>(shape.scale), scores, powers.data());                   \
    });                                                                                          \
  }                                                                                              \
  MOLA_KERNEL void attention_softmax_gradient_rows(const ScoreShape& shape, T* const* p,         \
                                                   T* const* grad, int64_t begin, int64_t end) { \
    for_each_query(shape, begin, end, [&](const Query& query) {                                  \
      gradient(query, static_cast<Acc<T>>(shape.scale), p, grad);                                \
    });                                                                                          \
  }
MOLA_ATTENTION_SOFTMAX_KERNELS(float)
MOLA_ATTENTION_SOFTMAX_KERNELS(BFloat16)
MOLA_ATTENTION_SOFTMAX_KERNELS(double)

}  // namespace mola
