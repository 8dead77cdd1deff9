#include "mola/analysis/spectral_quality.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mola/base/error.h"
#include "support/tiny_llama.h"

namespace mola {
namespace {

// A matrix whose squared singular values are `eigenvalues`.
torch::Tensor with_spectrum(const torch::Tensor& eigenvalues, int64_t rows, int64_t columns) {
  const auto orthogonal = [&](int64_t size) {
    const auto [q, r] = at::linalg_qr(torch::randn({size, eigenvalues.numel()}, torch::kDouble));
    return q;
  };
  return orthogonal(rows).mul(eigenvalues.sqrt()).mm(orthogonal(columns).t());
}

// ln of the upper two over the one below them: 1 and 3, so 1 + 2 / 4.
TEST(PlAlphaHill, ByHand) {
  const auto e = [](double power) { return std::exp(power); };
  EXPECT_NEAR(pl_alpha_hill(torch::tensor({e(5), e(-3), e(2), e(3)}, torch::kDouble)), 1.5, 1e-12);
  // Of an odd number the upper half is the smaller one: k = 1, ln 4.
  EXPECT_NEAR(pl_alpha_hill(torch::tensor({8.0, 2.0, 1.0}, torch::kDouble)), 1 + 1 / std::log(4),
              1e-12);
}

TEST(MatrixQuality, IsThatOfTheSpectrum) {
  const auto spectrum = torch::tensor({1.0, 2.0, 4.0, 8.0, 32.0, 64.0}, torch::kDouble);
  const double expected = 1 + 3 / (std::log(2) + std::log(8) + std::log(16));
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{6, 9}, {9, 6}, {6, 6}}) {
    EXPECT_NEAR(matrix_quality(with_spectrum(spectrum, rows, columns)), expected, 1e-9);
  }
}

// lambda_i = (n / i)^(1 / (alpha - 1)) are the quantiles of a power law of exponent alpha; Hill's
// estimator comes to it as n grows.
TEST(MatrixQuality, FindsTheExponentOfAPowerLaw) {
  const auto i = torch::arange(1, 401, torch::kDouble);
  for (const double alpha : {2.0, 3.0, 4.5}) {
    const auto spectrum = (400 / i).pow(1 / (alpha - 1));
    EXPECT_NEAR(matrix_quality(with_spectrum(spectrum, 400, 500)), alpha, 0.02 * alpha);
  }
}

TEST(MatrixQuality, RefusesASpectrumWithoutATail) {
  EXPECT_EQ(message_of<Error>([] { matrix_quality(torch::eye(4)); }),
            "the upper half of the eigenvalues are all equal, expected a tail");
  EXPECT_EQ(message_of<Error>([] {
              matrix_quality(torch::ones({4, 6}));
            }),
            "at least half of the eigenvalues are zero, expected the upper half above zero");
  EXPECT_EQ(message_of<Error>([] {
              matrix_quality(torch::ones({1, 6}));
            }),
            "found 1 eigenvalues, expected at least 2");
  EXPECT_EQ(message_of<Error>([] {
              matrix_quality(torch::full({4, 6}, NAN));
            }),
            "holds numbers that are not finite");
  EXPECT_EQ(message_of<Error>([] { matrix_quality(torch::ones({4})); }),
            "found the shape [4], expected a matrix");
}

TEST(LayerQuality, IsTheMeanOverALayersMatrices) {
  TempFolder folder;
  const auto config = tiny_llama_config();
  const auto tensors = random_llama(config);
  write_llama(folder, config, tensors);
  int64_t calls = 0;
  const auto found = layer_quality(folder.path(), torch::kCPU,
                                   [&](int64_t layers) { EXPECT_EQ(layers, ++calls); });
  ASSERT_EQ(found.size(), 2);
  EXPECT_EQ(calls, 2);
  for (int64_t layer = 0; layer < 2; ++layer) {
    double sum = 0;
    for (const auto* name : {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj",
                             "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"}) {
      sum += matrix_quality(
          tensors.at("model.layers." + std::to_string(layer) + "." + name + ".weight"));
    }
    EXPECT_DOUBLE_EQ(found[layer], sum / 7);
  }
}

TEST(LayerQuality, NamesTheMatrix) {
  TempFolder folder;
  const auto config = tiny_llama_config();
  auto tensors = random_llama(config);
  tensors.at("model.layers.1.mlp.up_proj.weight").zero_();
  write_llama(folder, config, tensors);
  EXPECT_NE(message_of<Error>([&] {
              layer_quality(folder.path());
            }).find("tensor 'model.layers.1.mlp.up_proj.weight': at least half of the eigenvalues"),
            std::string::npos);
}

}  // namespace
}  // namespace mola
