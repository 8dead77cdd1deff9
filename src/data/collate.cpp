#include "mola/data/collate.h"

#include "ops/device.h"

namespace mola {

Batch collate(const MicroBatch& sequences, torch::Device device) {
  std::vector<int64_t> offsets = {0};
  int64_t targets = 0;
  for (const Sequence* sequence : sequences) {
    offsets.push_back(offsets.back() + static_cast<int64_t>(sequence->input_ids.size()));
    targets += count_targets(*sequence);
  }
  const int64_t tokens = offsets.back();
  // One block for all four, in pinned memory, so that it goes to a GPU in one copy that the host
  // does not wait for.
  const auto options = torch::TensorOptions().dtype(torch::kInt64).pinned_memory(is_gpu(device));
  const torch::Tensor block = torch::empty({2 * tokens + 2 * targets}, options);
  auto* id = block.data_ptr<int64_t>();
  auto* position = id + tokens;
  auto* target_position = position + tokens;
  auto* target_token = target_position + targets;
  int64_t begin = 0;
  for (const Sequence* sequence : sequences) {
    const auto length = static_cast<int64_t>(sequence->input_ids.size());
    for (int64_t t = 0; t < length; ++t) {
      *id++ = sequence->input_ids[t];
      *position++ = t;
      if (!is_target(*sequence, t)) continue;
      *target_position++ = begin + t - 1;
      *target_token++ = sequence->labels[t];
    }
    begin += length;
  }
  const auto parts =
      block.to(device, /*non_blocking=*/true).split_with_sizes({tokens, tokens, targets, targets});
  return {{parts[0], parts[1], offsets}, {parts[2], parts[3]}};
}

}  // namespace mola
