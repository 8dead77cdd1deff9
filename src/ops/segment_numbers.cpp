#include "ops/segment_numbers.h"

#include <algorithm>

#include "ops/device.h"

namespace mola {

SegmentNumbers::SegmentNumbers(const std::vector<int64_t>& offsets,
                               const std::vector<int64_t>& parents) {
  std::vector<int64_t> rows;  // of the keys
  for (size_t i = 0; i + 1 < offsets.size(); ++i) {
    std::vector<int64_t> segments;  // that precede it, the last first, after itself
    for (auto j = static_cast<int64_t>(i); j >= 0; j = parents.empty() ? -1 : parents[j]) {
      segments.push_back(j);
    }
    const size_t before = rows.size();
    for (auto j = segments.rbegin(); j != segments.rend(); ++j) {
      for (int64_t row = offsets[*j]; row < offsets[*j + 1]; ++row) rows.push_back(row);
    }
    query_ends_.push_back(static_cast<int32_t>(offsets[i + 1]));
    key_ends_.push_back(static_cast<int32_t>(rows.size()));
    most_queries_ = std::max(most_queries_, offsets[i + 1] - offsets[i]);
    most_keys_ = std::max(most_keys_, static_cast<int64_t>(rows.size() - before));
  }
  if (!parents.empty()) key_rows_ = std::move(rows);
}

int64_t SegmentNumbers::size() const {
  return 2 * ends_size() + static_cast<int64_t>(key_rows_.size());
}

void SegmentNumbers::fill(int64_t* block) const {
  std::copy(query_ends_.begin(), query_ends_.end(), reinterpret_cast<int32_t*>(block));
  std::copy(key_ends_.begin(), key_ends_.end(), reinterpret_cast<int32_t*>(block + ends_size()));
  std::copy(key_rows_.begin(), key_rows_.end(), block + 2 * ends_size());
}

SegmentTensors SegmentNumbers::in(const torch::Tensor& block) const {
  const auto ends = [&](int64_t begin) {
    return block.narrow(0, begin, ends_size())
        .view(torch::kInt)
        .narrow(0, 0, static_cast<int64_t>(query_ends_.size()));
  };
  return {ends(0), ends(ends_size()),
          key_rows_.empty() ? torch::Tensor()
                            : block.narrow(0, 2 * ends_size(), block.size(0) - 2 * ends_size()),
          most_queries_, most_keys_};
}

SegmentTensors segment_tensors(const std::vector<int64_t>& offsets,
                               const std::vector<int64_t>& parents, torch::Device device) {
  const SegmentNumbers numbers(offsets, parents);
  const auto block = host_block(numbers.size(), device);
  numbers.fill(block.data_ptr<int64_t>());
  return numbers.in(block.to(device, /*non_blocking=*/true));
}

}  // namespace mola
