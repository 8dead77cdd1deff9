#include "mola/data/collate.h"

#include <algorithm>

namespace mola {

Batch collate(const MicroBatch& sequences, torch::Device device) {
  const auto rows = static_cast<int64_t>(sequences.size());
  int64_t longest = 0;
  for (const Sequence* sequence : sequences) {
    longest = std::max(longest, static_cast<int64_t>(sequence->input_ids.size()));
  }
  // One block for all three, in pinned memory, so that it goes to a GPU in one copy that the host
  // does not wait for.
  const auto options = torch::TensorOptions().dtype(torch::kInt64).pinned_memory(device.is_cuda());
  const torch::Tensor block = torch::zeros({3, rows, longest}, options);
  block[2].fill_(kUnlabelled);
  int64_t* input_ids = block.data_ptr<int64_t>();
  int64_t* attention_mask = input_ids + rows * longest;
  int64_t* labels = attention_mask + rows * longest;
  for (const Sequence* sequence : sequences) {
    std::copy(sequence->input_ids.begin(), sequence->input_ids.end(), input_ids);
    std::fill_n(attention_mask, sequence->input_ids.size(), 1);
    std::copy(sequence->labels.begin(), sequence->labels.end(), labels);
    input_ids += longest;
    attention_mask += longest;
    labels += longest;
  }
  const torch::Tensor moved = block.to(device, /*non_blocking=*/true);
  return {moved[0], moved[1], moved[2]};
}

}  // namespace mola
