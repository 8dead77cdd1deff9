#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "mola/model/llama.h"

namespace mola {

/// A matrix product of a training step: `batch` times [m, k] x [k, n], `count` times per step.
struct Product {
  std::string kind;  ///< frozen, thin (low-rank), attention or head
  int64_t batch;
  int64_t m;
  int64_t k;
  int64_t n;
  bool transposed_a;  ///< the left operand is stored as [k, m]
  bool transposed_b;  ///< the right operand is stored as [n, k]
  double count;

  double flops() const { return 2.0 * batch * m * k * n; }
};

/// The middle value, or the mean of the two middle ones.
double median(std::vector<double> values);

/// All products of one step of `model` on [batch, time] tokens of which `targets` contribute to the
/// loss: forward, and backward with gradients of inputs and adapter. Recomputation is not counted.
/// Equal products are merged.
std::vector<Product> products_of_step(Llama& model, int64_t batch, int64_t time, int64_t targets);

/// Has `model` compute its products by the fastest methods, with the copies of weights of
/// `pack_weights`: auto (one), true (two) or false. Returns the seconds that it took. Does nothing
/// on a GPU.
double choose_timed(Llama& model, const std::string& pack_weights);

/// Times each product alone with every available implementation: ATen's matmul (MKL or oneDNN on a
/// CPU, cuBLAS on CUDA), the same with transposed operands, and on a CPU oneDNN directly, with a
/// frozen weight as it is and packed. The time of a product is the smallest median of the
/// implementations.
class ReferenceRates {
 public:
  ReferenceRates(const std::vector<Product>& products, torch::Dtype dtype, torch::Device device);

  /// Times every product once more with each implementation.
  void measure();

  /// The seconds for one step's products of one kind, or all.
  double seconds(const std::string& kind = "") const;

  /// The floating-point operations of one step's products of one kind, or all.
  double flops(const std::string& kind = "") const;

 private:
  struct Timed {
    Product product;
    torch::Tensor a;
    torch::Tensor b;
    torch::Tensor packed_b;                    // of a frozen weight on a CPU
    std::vector<std::vector<double>> seconds;  // per implementation
  };
  std::vector<Timed> timed_;
};

}  // namespace mola
