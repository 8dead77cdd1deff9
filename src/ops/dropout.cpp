#include "ops/dropout.h"

#include <algorithm>
#include <cmath>

#include "kernels/dropout.h"
#include "ops/run_kernel.h"

namespace mola {
namespace {

using torch::Tensor;

// SplitMix64, which gives unrelated numbers for similar ones.
uint64_t mixed(uint64_t x) {
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

DropoutMask mask_of(const Dropout& dropout) {
  const auto& key = dropout.key;
  const uint64_t of_step = mixed(mixed(key.seed) ^ key.step);
  const auto threshold = static_cast<uint32_t>(std::min(std::lround(dropout.p * 65536), 65535L));
  return {{static_cast<uint32_t>(of_step), static_cast<uint32_t>(of_step >> 32U)},
          {key.micro_batch, 4 * key.layer + key.group},
          threshold,
          65536.0 / (65536.0 - threshold)};
}

// Writes the kept elements of x to y, or adds them to y.
void run_dropout(const Dropout& dropout, const Tensor& x, const Tensor& y, bool adds) {
  with_type(x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const DropoutArguments<T> arguments = {mask_of(dropout), kernel_data<T>(x), kernel_data<T>(y),
                                           x.size(0),        x.size(1),         adds};
    run_kernel(x, arguments, x.size(0), dropout_rows);
  });
}

// Unsigned 32-bit numbers, as int64: a * b, of which the product's bits are those of the unsigned
// one, in halves.
struct Halves {
  Tensor low, high;
};
Halves product(const Tensor& a, int64_t b) {
  const auto whole = a * b;
  return {whole.bitwise_and(0xFFFFFFFF), whole.bitwise_right_shift(32).bitwise_and(0xFFFFFFFF)};
}

}  // namespace

DropoutKey random_dropout_key() {
  const auto seed = torch::randint(INT64_MAX, {1}, torch::kLong).item<int64_t>();
  return {static_cast<uint64_t>(seed), 0, 0, 0, 0};
}

Tensor Dropout::apply(const Tensor& x) const {
  if (!has_kernel(x)) {
    const auto wide = x.options().dtype(accumulate_dtype(x.scalar_type()));
    return (x * dropout_factors(*this, x.size(0), x.size(1), wide)).to(x.scalar_type());
  }
  const auto y = torch::empty_like(x);
  run_dropout(*this, x, y, /*adds=*/false);
  return y;
}

void Dropout::add_to(const Tensor& y, const Tensor& x) const {
  if (has_kernel(x)) {
    run_dropout(*this, x, y, /*adds=*/true);
  } else {
    y.add_(apply(x));
  }
}

// The same numbers as in kernels/dropout.cpp.
Tensor dropout_factors(const Dropout& dropout, int64_t rows, int64_t columns,
                       const torch::TensorOptions& options) {
  const auto mask = mask_of(dropout);
  const auto like = options.dtype(torch::kLong);
  const int64_t blocks = (columns + kDropoutBlock - 1) / kDropoutBlock;
  const int64_t counters = blocks * kDropoutCounters;
  const std::vector<int64_t> shape = {rows, counters};
  auto x0 = torch::arange(counters, like).expand(shape);
  auto x1 = torch::arange(rows, like).unsqueeze(1).expand(shape);
  auto x2 = torch::full(shape, static_cast<int64_t>(mask.counter[0]), like);
  auto x3 = torch::full(shape, static_cast<int64_t>(mask.counter[1]), like);
  auto k0 = mask.key[0];
  auto k1 = mask.key[1];
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const auto p0 = product(x0, kPhiloxFactors[0]);
    const auto p1 = product(x2, kPhiloxFactors[1]);
    x0 = p1.high.bitwise_xor(x1).bitwise_xor(static_cast<int64_t>(k0));
    x2 = p0.high.bitwise_xor(x3).bitwise_xor(static_cast<int64_t>(k1));
    x1 = p1.low;
    x3 = p0.low;
    k0 += kPhiloxKeySteps[0];
    k1 += kPhiloxKeySteps[1];
  }
  // [rows, blocks, words, counters], then the lower halves of a block before the upper ones
  const auto words = torch::stack({x0, x1, x2, x3}, 1)
                         .view({rows, 4, blocks, kDropoutCounters})
                         .transpose(1, 2)
                         .reshape({rows, blocks, -1});
  const auto draws =
      torch::cat({words.bitwise_and(0xFFFF), words.bitwise_right_shift(16)}, 2).view({rows, -1});
  const auto kept = draws.narrow(1, 0, columns) >= static_cast<int64_t>(mask.threshold);
  return kept.to(options) * mask.scale;
}

}  // namespace mola
