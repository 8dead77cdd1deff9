#pragma once

#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

namespace mola {

/// The exponent of a power law fitted to the upper half of `eigenvalues` [n] by Hill's estimator
/// (Annals of Statistics 3, 1975), by the formula of AlphaLoRA (arXiv 2410.10054). With the
/// eigenvalues in ascending order and k = n / 2, rounded down,
///
///     alpha = 1 + k / sum over i = 1..k of ln(lambda_{n-i+1} / lambda_{n-k})
///
/// (Some implementations include lambda_{n-k} in the tail; with many eigenvalues this is the same.)
/// Throws `Error` for fewer than two, one of that half that is not above zero, or a half whose
/// values are all equal, which has no tail.
double pl_alpha_hill(const torch::Tensor& eigenvalues);

/// The same for the squared singular values of `weight` [O, I], in float64 on its device: a lower
/// value is a heavier tail, taken as the sign of a matrix that has learned more.
double matrix_quality(const torch::Tensor& weight);

/// The mean over the seven projections of each decoder layer of the base model in `folder`: high
/// for a layer that has learned less and so gains more from experts. Needs no data. One matrix is
/// in memory at a time. `on_layer`, which is optional, receives the number of layers done. Throws
/// `Error` as `load_base_model` and `pl_alpha_hill` do, naming the tensor.
std::vector<double> layer_quality(const std::string& folder, torch::Device device = torch::kCPU,
                                  const std::function<void(int64_t layers)>& on_layer = {});

}  // namespace mola
