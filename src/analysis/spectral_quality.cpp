#include "mola/analysis/spectral_quality.h"

#include <limits>

#include "io/weight_files.h"
#include "mola/base/error.h"
#include "mola/config/adapter_config.h"
#include "mola/config/llama_config.h"

namespace mola {

using torch::Tensor;

namespace {

constexpr double kPrecision = std::numeric_limits<double>::epsilon();

}  // namespace

double pl_alpha_hill(const Tensor& eigenvalues) {
  const int64_t n = eigenvalues.numel();
  if (n < 2) fail("found ", n, " eigenvalues, expected at least 2");
  const auto sorted = std::get<0>(eigenvalues.to(torch::kDouble).sort());
  const int64_t k = n / 2;
  const auto least = sorted[n - k - 1];
  const double zero = sorted[n - 1].item<double>() * static_cast<double>(n) * kPrecision;
  if (!(least.item<double>() > zero)) {
    fail("at least half of the eigenvalues are zero, expected the upper half above zero");
  }
  const double sum = (sorted.slice(0, n - k) / least).log().sum().item<double>();
  if (!(sum > 0)) fail("the upper half of the eigenvalues are all equal, expected a tail");
  return 1 + static_cast<double>(k) / sum;
}

double matrix_quality(const Tensor& weight) {
  torch::NoGradGuard no_grad;
  if (weight.dim() != 2) fail("found the shape ", weight.sizes(), ", expected a matrix");
  if (!weight.isfinite().all().item<bool>()) fail("holds numbers that are not finite");
  const auto wide = (weight.size(0) <= weight.size(1) ? weight : weight.t()).to(torch::kDouble);
  return pl_alpha_hill(at::linalg_eigvalsh(wide.mm(wide.t())));
}

std::vector<double> layer_quality(const std::string& folder, torch::Device device,
                                  const std::function<void(int64_t layers)>& on_layer) {
  const int64_t num_layers = read_llama_config(folder).num_hidden_layers;
  const WeightFiles files(folder);
  std::vector<double> quality;
  for (int64_t layer = 0; layer < num_layers; ++layer) {
    double sum = 0;
    for (const auto& projection : all_projections()) {
      const std::string block = in_self_attention(projection) ? "self_attn" : "mlp";
      const auto name = weight_name(layer, block, projection);
      const auto weight = files.read(name).to(device);
      try {
        sum += matrix_quality(weight);
      } catch (const Error& error) {
        fail(folder, ": tensor '", name, "': ", error.what());
      }
    }
    quality.push_back(sum / static_cast<double>(all_projections().size()));
    if (on_layer) on_layer(layer + 1);
  }
  return quality;
}

}  // namespace mola
