#include "ops/cached_attention.h"

#include <gtest/gtest.h>

#include "mola/nn/rotary_embedding.h"
#include "support/tensors.h"
#include "support/test_files.h"

namespace mola {
namespace {

using torch::Tensor;

constexpr HeadCounts kHeads = {4, 2, 8};

// The rows of all sequences, whole: sequence i has lengths[i] tokens.
struct Sequences {
  std::vector<int64_t> lengths;
  torch::Dtype dtype;
  std::vector<Tensor> wide;
  RotaryEmbedding rotary{kHeads.dim, 10000, {}};

  Sequences(const std::vector<int64_t>& lengths_, torch::Dtype dtype_)
      : lengths(lengths_), dtype(dtype_) {
    torch::manual_seed(3);
    for (const int64_t length : lengths) {
      wide.push_back(torch::randn({length, kHeads.width()}, torch::kDouble).to(dtype));
    }
  }

  // Tokens begin[i]..end[i] of each sequence, end to end, and what attention needs of them.
  std::pair<Tensor, AttentionInputs> part(const std::vector<int64_t>& begin,
                                          const std::vector<int64_t>& end) const {
    AttentionInputs inputs;
    inputs.offsets = {0};
    std::vector<Tensor> rows, positions;
    for (size_t i = 0; i < lengths.size(); ++i) {
      rows.push_back(wide[i].narrow(0, begin[i], end[i] - begin[i]));
      positions.push_back(torch::arange(begin[i], end[i]));
      inputs.offsets.push_back(inputs.offsets.back() + end[i] - begin[i]);
    }
    inputs.rotary = rotary.angles(torch::cat(positions), dtype);
    return {torch::cat(rows), inputs};
  }
};

class CachedAttention : public testing::TestWithParam<std::pair<torch::Dtype, double>> {};

// Sequences of 5, 3 and 7 tokens: the first 3, 1 and 2, then one each, then the rest.
TEST_P(CachedAttention, EqualsWholeSequences) {
  const auto [dtype, tolerance] = GetParam();
  const Sequences sequences({5, 3, 7}, dtype);
  const std::vector<std::vector<int64_t>> stops = {{0, 0, 0}, {3, 1, 2}, {4, 2, 3}, {5, 3, 7}};
  const auto [whole, whole_inputs] = sequences.part(stops.front(), stops.back());
  const auto expected = causal_attention(whole, whole_inputs, kHeads);

  using Attend = Tensor (*)(const Tensor&, const AttentionInputs&, const HeadCounts&);
  for (const Attend attend : {&cached_attention, &cached_attention_by_torch}) {
    KeyValueCache cache(1, 4, kHeads.key_value, 7, kHeads.dim, torch::dtype(dtype));
    const std::vector<int64_t> slots = {2, 0, 3};
    for (size_t step = 0; step + 1 < stops.size(); ++step) {
      auto [wide, inputs] = sequences.part(stops[step], stops[step + 1]);
      inputs.cached = CachedSequences{&cache, slots};
      const auto mixed = attend(wide, inputs, kHeads);
      for (size_t i = 0; i < slots.size(); ++i) {
        cache.lengths[slots[i]] = stops[step + 1][i];
        const int64_t count = stops[step + 1][i] - stops[step][i];
        const auto found = mixed.narrow(0, inputs.offsets[i], count);
        const auto here = expected.narrow(0, whole_inputs.offsets[i] + stops[step][i], count);
        EXPECT_LT(relative_error(found, here), tolerance) << "step " << step << " sequence " << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Dtypes, CachedAttention,
                         testing::Values(std::pair(torch::kFloat, 1e-6),
                                         std::pair(torch::kDouble, 1e-12),
                                         std::pair(torch::kBFloat16, 1e-2)));

TEST(CachedAttention, RefusesWhatDoesNotFit) {
  const Sequences sequences({3, 2}, torch::kFloat);
  KeyValueCache cache(1, 2, kHeads.key_value, 3, kHeads.dim, torch::dtype(torch::kFloat));
  auto [wide, inputs] = sequences.part({0, 0}, {3, 2});
  auto message = [&, wide = wide, inputs = inputs](const std::vector<int64_t>& slots) mutable {
    inputs.cached = CachedSequences{&cache, slots};
    return message_of<c10::Error>([&] { cached_attention(wide, inputs, kHeads); });
  };
  EXPECT_NE(message({0}).find("found 1 slots"), std::string::npos);
  EXPECT_NE(message({0, 2}).find("found slot 2, expected 0 to 1"), std::string::npos);
  EXPECT_NE(message({1, 1}).find("found slot 1 twice"), std::string::npos);
  cache.lengths = {1, 0};
  EXPECT_NE(message({0, 1}).find("slot 0 would hold 4 tokens"), std::string::npos);
}

}  // namespace
}  // namespace mola
