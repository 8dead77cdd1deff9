#include "ops/parameter_block.h"

#include <torch/autograd.h>

namespace mola {
namespace {

using torch::Tensor;

// A block is stored along the concatenated dimension: row by row, or column by column. Each part is
// thus dense, as autograd expects of a parameter with its own gradient.
bool lie_side_by_side(at::TensorList parts, int64_t dim) {
  int64_t offset = parts[0].storage_offset();
  for (const auto& part : parts) {
    if (!part.storage().is_alias_of(parts[0].storage()) || part.storage_offset() != offset ||
        part.stride(dim) != part.size(1 - dim) || part.stride(1 - dim) != 1) {
      return false;
    }
    offset += part.numel();
  }
  return true;
}

void move_side_by_side(at::TensorList parts, int64_t dim) {
  torch::NoGradGuard no_grad;
  c10::InferenceMode normal_mode(false);  // parameters are also used outside of it
  std::vector<Tensor> sources;
  for (const auto& part : parts) sources.push_back(part.detach().transpose(0, dim));
  const auto block = torch::cat(sources, 0);
  int64_t offset = 0;
  for (const auto& part : parts) {
    Tensor(part).set_data(block.narrow(0, offset, part.size(dim)).transpose(0, dim));
    offset += part.size(dim);
  }
}

// The matrix of all parts, which are contiguous.
Tensor whole(at::TensorList parts, int64_t dim) {
  auto sizes = parts[0].sizes().vec();
  sizes[dim] = 0;
  for (const auto& part : parts) sizes[dim] += part.size(dim);
  std::vector<int64_t> strides(2, 1);
  strides[dim] = sizes[1 - dim];
  return parts[0].detach().as_strided(sizes, strides, parts[0].storage_offset());
}

struct ParameterBlockFunction : torch::autograd::Function<ParameterBlockFunction> {
  static Tensor forward(torch::autograd::AutogradContext* ctx, at::TensorList parts, int64_t dim) {
    std::vector<int64_t> sizes;
    for (const auto& part : parts) sizes.push_back(part.size(dim));
    ctx->saved_data["sizes"] = sizes;
    ctx->saved_data["dim"] = dim;
    // Only for autograd's check: changing a part before the backward pass is then an error.
    ctx->save_for_backward(parts.vec());
    return whole(parts, dim);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list gradients) {
    ctx->get_saved_variables();
    auto slices = gradients[0].split_with_sizes(ctx->saved_data["sizes"].toIntVector(),
                                                ctx->saved_data["dim"].toInt());
    slices.emplace_back();  // dim has no gradient
    return slices;
  }
};

struct Parts : torch::CustomClassHolder {
  std::vector<Tensor> tensors;
  int64_t dim = 0;
  FlatBuffers flat;

  Tensor in_dtype(torch::Dtype dtype) const {
    const auto block = whole(tensors, dim);
    if (block.scalar_type() == dtype || !flat.rounded.defined() ||
        flat.rounded.scalar_type() != dtype ||
        !block.storage().is_alias_of(flat.values.storage())) {
      return block.to(dtype);
    }
    return flat.rounded.as_strided(block.sizes(), block.strides(), block.storage_offset());
  }
};

// Its backward pass adds to the gradients of the parts by itself: one node for autograd to visit,
// instead of one for each part.
struct AddingBlockFunction : torch::autograd::Function<AddingBlockFunction> {
  // `first`, one of the parts, only tells autograd that the result has a gradient.
  static Tensor forward(torch::autograd::AutogradContext* ctx, const Tensor& first,
                        const c10::intrusive_ptr<Parts>& parts, torch::Dtype dtype) {
    ctx->saved_data["parts"] = c10::IValue::make_capsule(parts);
    ctx->save_for_backward({first});
    return parts->in_dtype(dtype);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list gradients) {
    ctx->get_saved_variables();
    const auto capsule = ctx->saved_data["parts"].toCapsule();
    const auto& parts = static_cast<const Parts&>(*capsule);
    std::vector<Tensor> sums;
    for (const auto& part : parts.tensors) {
      TORCH_CHECK(part.grad().defined(), "parameter_block: found a parameter without the gradient ",
                  "that FlatParameters gave it; clear gradients with zero_gradients");
      sums.push_back(part.grad());
    }
    TORCH_CHECK(lie_side_by_side(sums, parts.dim), "parameter_block: found a gradient that was ",
                "moved out of the buffer of FlatParameters");
    whole(sums, parts.dim).add_(gradients[0]);
    return {{}, {}, {}};
  }
};

}  // namespace

void put_side_by_side(const std::vector<Tensor>& parts, int64_t dim) {
  if (!lie_side_by_side(parts, dim)) move_side_by_side(parts, dim);
}

Tensor parameter_block(const std::vector<Tensor>& parts, int64_t dim, torch::Dtype dtype,
                       const FlatBuffers* flat) {
  put_side_by_side(parts, dim);
  if (flat == nullptr) return ParameterBlockFunction::apply(at::TensorList(parts), dim).to(dtype);
  auto holder = c10::make_intrusive<Parts>();
  holder->tensors = parts;
  holder->dim = dim;
  holder->flat = *flat;
  return AddingBlockFunction::apply(parts[0], holder, dtype);
}

}  // namespace mola
