#include "ops/virtual_tokens.h"

namespace mola {

using torch::Tensor;

VirtualTokens::VirtualTokens(const AttentionInputs& inputs, int64_t count) {
  const auto& offsets = inputs.offsets;
  const auto& cached = inputs.cached;
  for (size_t i = 0; i + 1 < offsets.size(); ++i) {
    const bool begins = cached ? cached->cache->lengths.at(cached->slots.at(i)) == 0
                               : inputs.parents.empty() || inputs.parents.at(i) < 0;
    sizes_.push_back(begins ? count : 0);
    sizes_.push_back(offsets[i + 1] - offsets[i]);
  }
}

Tensor VirtualTokens::put_before(const Tensor& rows, const Tensor& front) const {
  std::vector<Tensor> pieces;
  int64_t row = 0;
  for (size_t i = 0; i < sizes_.size(); i += 2) {
    if (sizes_[i] > 0) pieces.push_back(front);
    pieces.push_back(rows.narrow(0, row, sizes_[i + 1]));
    row += sizes_[i + 1];
  }
  return torch::cat(pieces);
}

// One split, since its gradient is one concatenation.
Tensor VirtualTokens::take_away(const Tensor& rows) const {
  const auto pieces = rows.split_with_sizes(sizes_);
  std::vector<Tensor> text;
  for (size_t i = 1; i < pieces.size(); i += 2) text.push_back(pieces[i]);
  return torch::cat(text);
}

std::vector<int64_t> VirtualTokens::offsets() const {
  std::vector<int64_t> offsets = {0};
  for (size_t i = 0; i < sizes_.size(); i += 2) {
    offsets.push_back(offsets.back() + sizes_[i] + sizes_[i + 1]);
  }
  return offsets;
}

}  // namespace mola
