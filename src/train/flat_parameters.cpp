#include "mola/train/flat_parameters.h"

#include <torch/types.h>

#include <map>
#include <set>

#include "mola/nn/projection_group.h"

namespace mola {
namespace {

using torch::Tensor;

constexpr int64_t kAlignment = 16;     // floats: 64 bytes
constexpr int64_t kNormBlock = 16384;  // floats that one partial sum of squares runs over

int64_t round_up(int64_t size, int64_t multiple) {
  return (size + multiple - 1) / multiple * multiple;
}

// A storage, the parameters that view it, and its place in the flat buffer.
struct Block {
  std::vector<Tensor> parameters;
  int64_t size = 0;  // floats in the storage
  int64_t begin = 0;
};

std::vector<Block> find_blocks(const std::vector<Tensor>& parameters) {
  std::vector<Block> blocks;
  std::map<const void*, size_t> by_storage;
  int64_t begin = 0;
  for (const auto& parameter : parameters) {
    const auto& storage = parameter.storage();
    const auto [known, is_new] = by_storage.emplace(storage.unsafeGetStorageImpl(), blocks.size());
    if (is_new) {
      const auto size = static_cast<int64_t>(storage.nbytes() / sizeof(float));
      blocks.push_back({{}, size, begin});
      begin += round_up(size, kAlignment);
    }
    blocks[known->second].parameters.push_back(parameter);
  }
  return blocks;
}

}  // namespace

FlatParameters::FlatParameters(torch::nn::Module& module) {
  for (const auto& child : module.modules()) {
    if (auto* group = dynamic_cast<ProjectionGroupImpl*>(child.get())) group->pack_parameters();
  }
  std::set<const void*> frozen_storages;
  for (const auto& item : module.named_parameters()) {
    if (!item.value().requires_grad()) {
      frozen_storages.insert(item.value().storage().unsafeGetStorageImpl());
      continue;
    }
    TORCH_CHECK(item.value().scalar_type() == torch::kFloat, "FlatParameters: ", item.key(),
                " is of ", item.value().scalar_type(), ", expected fp32");
    parameters_.push_back(item.value());
  }
  TORCH_CHECK(!parameters_.empty(), "FlatParameters: the module has nothing to train");
  for (const auto& parameter : parameters_) {
    TORCH_CHECK(frozen_storages.count(parameter.storage().unsafeGetStorageImpl()) == 0,
                "FlatParameters: a block holds parameters that are trained beside frozen ones; ",
                "train or freeze all experts of a projection group together");
  }
  move(parameters_);
}

void FlatParameters::move(const std::vector<Tensor>& parameters) {
  torch::NoGradGuard no_grad;
  const auto blocks = find_blocks(parameters);
  const int64_t total = round_up(blocks.back().begin + blocks.back().size, kNormBlock);
  values_ = torch::zeros({total}, parameters[0].options().requires_grad(false));
  gradients_ = torch::zeros_like(values_);
  for (const auto& block : blocks) {
    for (auto parameter : block.parameters) {
      const auto sizes = parameter.sizes().vec();
      const auto strides = parameter.strides().vec();
      const int64_t offset = block.begin + parameter.storage_offset();
      const auto place = values_.as_strided(sizes, strides, offset);
      place.copy_(parameter);
      parameter.set_data(place);
      parameter.mutable_grad() = gradients_.as_strided(sizes, strides, offset);
    }
  }
}

void FlatParameters::zero_gradients() { gradients_.zero_(); }

Tensor FlatParameters::clip_gradients(double max_norm) {
  // In blocks, since one long fp32 sum would lose digits.
  const auto norm = gradients_.view({-1, kNormBlock}).norm(2, 1).norm();
  if (max_norm > 0) gradients_.mul_((max_norm / (norm + 1e-6)).clamp_max(1.0));
  return norm;
}

void FlatParameters::check() const {
  for (const auto& parameter : parameters_) {
    TORCH_CHECK(parameter.storage().is_alias_of(values_.storage()),
                "FlatParameters: a parameter was moved out of the flat buffer");
  }
}

}  // namespace mola
