#include "mola/nn/rotary_embedding.h"

#include <torch/types.h>

#include <cmath>

namespace mola {
namespace {

using torch::Tensor;

// Llama 3 scaling, "llama3" in transformers: wavelengths below original / high are unchanged, those
// above original / low are multiplied by the factor, and those between are interpolated.
Tensor scale_llama3(const Tensor& frequencies, const RopeScaling& scaling) {
  const auto original = static_cast<double>(scaling.original_max_position_embeddings);
  const auto wavelengths = 2 * M_PI / frequencies;
  const auto stretched = frequencies / scaling.factor;
  const auto share = (original / wavelengths - scaling.low_freq_factor) /
                     (scaling.high_freq_factor - scaling.low_freq_factor);
  const auto between = (1 - share) * stretched + share * frequencies;
  const auto is_long = wavelengths > original / scaling.low_freq_factor;
  const auto is_short = wavelengths < original / scaling.high_freq_factor;
  return torch::where(is_long, stretched, torch::where(is_short, frequencies, between));
}

}  // namespace

RotaryEmbedding::RotaryEmbedding(int64_t head_dim, double theta, const RopeScaling& scaling,
                                 torch::Device device) {
  const auto exponents =
      torch::arange(0, head_dim, 2, torch::kLong).to(torch::kFloat) / static_cast<double>(head_dim);
  Tensor frequencies = 1.0 / torch::pow(theta, exponents);
  if (scaling.type == RopeScaling::Type::kLinear) frequencies = frequencies / scaling.factor;
  if (scaling.type == RopeScaling::Type::kLlama3) frequencies = scale_llama3(frequencies, scaling);
  inverse_frequencies_ = frequencies.to(device);
}

RotaryAngles RotaryEmbedding::angles(const Tensor& positions, torch::Dtype dtype) const {
  const auto half =
      positions.to(torch::kFloat).unsqueeze(-1) * inverse_frequencies_.to(positions.device());
  const auto full = torch::cat({half, half}, -1);  // [N, D]
  return {full.cos().to(dtype), full.sin().to(dtype)};
}

}  // namespace mola
