#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "mola/model/llama.h"

namespace mola {

/// A matrix product of a training step: `batch` times [m, k] x [k, n], `count` times a step.
struct Product {
  std::string kind;  ///< frozen, thin, attention or head
  int64_t batch;
  int64_t m;
  int64_t k;
  int64_t n;
  bool transposed_a;  ///< the left operand lies in memory as [k, m]
  bool transposed_b;  ///< the right operand lies in memory as [n, k]
  int64_t count;

  double flops() const { return 2.0 * batch * m * k * n; }
};

/// The middle one, or the mean of the two.
double median(std::vector<double> values);

/// All products of one step of `model` on [batch, time] tokens of which `labelled` take part in the
/// loss: forward, and backward with gradients of inputs and adapter. Equal ones are merged.
std::vector<Product> products_of_step(Llama& model, int64_t batch, int64_t time, int64_t labelled);

/// Times products on their own, each by the libraries at hand: ATen's matmul (which is MKL's or
/// oneDNN's on a CPU, cuBLAS on CUDA) and oneDNN asked for directly. A product's time is that of
/// the library with the smallest median.
class ReferenceRates {
 public:
  ReferenceRates(const std::vector<Product>& products, torch::Dtype dtype, torch::Device device);

  /// Times every product once more, each way.
  void measure();

  /// Seconds that one step's products take at these rates, those of one kind or all.
  double seconds(const std::string& kind = "") const;

  double flops(const std::string& kind = "") const;

 private:
  struct Timed {
    Product product;
    torch::Tensor a;
    torch::Tensor b;
    std::vector<double> aten_seconds;
    std::vector<double> onednn_seconds;  // empty where oneDNN cannot be asked
  };
  std::vector<Timed> timed_;
};

}  // namespace mola
