#include "mola/train/flat_parameters.h"

#include <torch/types.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/fingerprint.h"
#include "mola/nn/projection_group.h"

namespace mola {
namespace {

using torch::Tensor;

constexpr int64_t kAlignment = 16;     // floats: 64 bytes
constexpr int64_t kNormBlock = 16384;  // floats in a partial sum of squares

int64_t round_up(int64_t size, int64_t multiple) {
  return (size + multiple - 1) / multiple * multiple;
}

// A storage, the parameters that view it, and its position in the flat buffer.
struct Block {
  std::vector<Tensor> parameters;
  int64_t size = 0;  // elements of the storage
  int64_t begin = 0;
};

bool is_rounded(const Tensor& parameter) { return parameter.scalar_type() == torch::kBFloat16; }

std::vector<Block> find_blocks(const std::vector<Tensor>& parameters) {
  std::vector<Block> blocks;
  std::map<const void*, size_t> by_storage;
  int64_t begin = 0;
  for (const auto& parameter : parameters) {
    const auto& storage = parameter.storage();
    const auto [known, is_new] = by_storage.emplace(storage.unsafeGetStorageImpl(), blocks.size());
    if (is_new) {
      const auto size = static_cast<int64_t>(storage.nbytes() / parameter.element_size());
      blocks.push_back({{}, size, begin});
      begin += round_up(size, kAlignment);
    }
    blocks[known->second].parameters.push_back(parameter);
  }
  return blocks;
}

}  // namespace

FlatParameters::FlatParameters(torch::nn::Module& module) {
  std::vector<ProjectionGroupImpl*> groups;
  for (const auto& child : module.modules()) {
    if (auto* group = dynamic_cast<ProjectionGroupImpl*>(child.get())) groups.push_back(group);
  }
  for (auto* group : groups) group->build_parameter_blocks();
  std::set<const void*> frozen_storages;
  for (const auto& item : module.named_parameters()) {
    if (!item.value().requires_grad()) {
      frozen_storages.insert(item.value().storage().unsafeGetStorageImpl());
      continue;
    }
    const auto dtype = item.value().scalar_type();
    TORCH_CHECK(dtype == torch::kFloat || dtype == torch::kBFloat16, "FlatParameters: ", item.key(),
                ": found ", dtype, ", expected fp32 or bf16");
    parameters_.push_back(item.value());
  }
  TORCH_CHECK(!parameters_.empty(), "FlatParameters: found no trainable parameters");
  for (const auto& parameter : parameters_) {
    TORCH_CHECK(frozen_storages.count(parameter.storage().unsafeGetStorageImpl()) == 0,
                "FlatParameters: found trainable and frozen parameters in one block; ",
                "train or freeze all experts of a projection group together");
  }
  move(parameters_, std::any_of(groups.begin(), groups.end(), [](const auto* group) {
         return group->weight.scalar_type() == torch::kBFloat16;
       }));
  for (auto* group : groups) group->flat = buffers_;
  name_layout(module);
}

void FlatParameters::name_layout(const torch::nn::Module& module) {
  Fingerprint fingerprint;
  for (const auto& item : module.named_parameters()) {
    if (!item.value().requires_grad()) continue;
    fingerprint.add(item.key());
    fingerprint.add(item.value().storage_offset());
    fingerprint.add(item.value().numel());
  }
  layout_ = fingerprint.text();
}

void FlatParameters::move(const std::vector<Tensor>& parameters, bool computes_in_bf16) {
  torch::NoGradGuard no_grad;
  const auto blocks = find_blocks(parameters);
  const int64_t total = round_up(blocks.back().begin + blocks.back().size, kNormBlock);
  const auto values = torch::zeros({total}, torch::device(parameters[0].device()));
  buffers_ = std::make_shared<FlatBuffers>(FlatBuffers{values});
  gradients_ = torch::zeros_like(values);
  const bool has_rounded = std::any_of(parameters.begin(), parameters.end(), is_rounded);
  auto& rounded = buffers_->rounded;
  if (has_rounded || computes_in_bf16) rounded = torch::zeros_like(values, torch::kBFloat16);
  if (has_rounded) rounded_gradients_ = torch::zeros_like(rounded);
  for (const auto& block : blocks) {
    for (auto parameter : block.parameters) {
      const auto place_in = [&](const Tensor& buffer) {
        return buffer.as_strided(parameter.sizes(), parameter.strides(),
                                 block.begin + parameter.storage_offset());
      };
      place_in(values).copy_(parameter);
      const auto gradient = place_in(is_rounded(parameter) ? rounded_gradients_ : gradients_);
      parameter.set_data(place_in(is_rounded(parameter) ? rounded : values));
      parameter.mutable_grad() = gradient;
    }
  }
  round_values();
}

void FlatParameters::zero_gradients() {
  gradients_.zero_();
  if (has_masters()) rounded_gradients_.zero_();
}

void FlatParameters::gather_gradients() {
  if (!has_masters()) return;
  gradients_.add_(rounded_gradients_);
  rounded_gradients_.zero_();
}

void FlatParameters::round_values() {
  if (buffers_->rounded.defined()) buffers_->rounded.copy_(buffers_->values);
}

Tensor FlatParameters::clip_gradients(double max_norm) {
  // In blocks, since one long fp32 sum would lose precision.
  const auto norm = gradients_.view({-1, kNormBlock}).norm(2, 1).norm();
  if (max_norm > 0) gradients_.mul_((max_norm / (norm + 1e-6)).clamp_max(1.0));
  return norm;
}

void FlatParameters::check() const {
  for (const auto& parameter : parameters_) {
    const auto& buffer = is_rounded(parameter) ? buffers_->rounded : buffers_->values;
    TORCH_CHECK(parameter.storage().is_alias_of(buffer.storage()),
                "FlatParameters: a parameter was moved out of the flat buffer");
  }
}

}  // namespace mola
