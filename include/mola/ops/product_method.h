#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace mola {

/// A way to multiply by a frozen weight on a CPU.
enum class ProductMethod {
  kAten,    ///< ATen's product: MKL in fp32, oneDNN in bf16
  kOnednn,  ///< oneDNN's linear layer
  kFp32,    ///< bf16 operands as fp32, by oneDNN's linear layer; the result is rounded
  kPacked,  ///< oneDNN's linear layer, with a copy of the weight in oneDNN's own order
};

/// The methods of one product, each by the largest number of rows that it is for; more rows than
/// all of them take the last.
using MethodsByRows = std::map<int64_t, ProductMethod>;

/// The methods of the products with frozen weights, by product: such as "bf16 forward 960x576" for
/// x W^T and "bf16 backward 960x576" for dy W, where W is [960, 576].
using ProductChoices = std::map<std::string, MethodsByRows>;

}  // namespace mola
