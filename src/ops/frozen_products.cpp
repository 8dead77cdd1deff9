#include "ops/frozen_products.h"

#include <utility>

#include "ops/matmul.h"

namespace mola {
namespace {

using torch::Tensor;

bool packs(const MethodsByRows& methods) {
  for (const auto& [rows, method] : methods) {
    if (method == ProductMethod::kPacked) return true;
  }
  return false;
}

ProductMethod method_for(const MethodsByRows& methods, int64_t rows) {
  const auto found = methods.lower_bound(rows);
  return found == methods.end() ? methods.rbegin()->second : found->second;
}

}  // namespace

FrozenProducts::FrozenProducts(const Tensor& weight, MethodsByRows forward, MethodsByRows backward)
    : weight_(weight.detach()),
      version_(weight._version()),
      forward_(std::move(forward)),
      backward_(std::move(backward)) {
  TORCH_CHECK(!forward_.empty() && !backward_.empty(), "FrozenProducts: found no method");
  if (packs(forward_)) packed_ = packed_for_onednn(weight_);
  if (packs(backward_)) packed_transposed_ = packed_for_onednn(weight_.t());
}

bool FrozenProducts::are_of(const Tensor& weight) const {
  return weight.is_alias_of(weight_) && weight._version() == version_;
}

Tensor FrozenProducts::forward(const Tensor& x) const {
  return multiply_nt(x, weight_, method_for(forward_, x.size(0)), packed_);
}

Tensor FrozenProducts::backward(const Tensor& dy) const {
  return multiply_nt(dy, weight_.t(), method_for(backward_, dy.size(0)), packed_transposed_);
}

Tensor frozen_forward(const Tensor& x, const Tensor& weight, const FrozenProducts* products) {
  const bool has_products = products != nullptr && products->are_of(weight);
  return has_products ? products->forward(x) : matmul_nt(x, weight);
}

Tensor frozen_backward(const Tensor& dy, const Tensor& weight, const FrozenProducts* products) {
  const bool has_products = products != nullptr && products->are_of(weight);
  return has_products ? products->backward(dy) : matmul_nn(dy, weight);
}

}  // namespace mola
