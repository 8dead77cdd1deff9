#include "eval/token_batch.h"

#include <algorithm>
#include <numeric>

namespace mola {

void TokenBatch::add(int64_t slot, const std::vector<int64_t>& tokens, size_t begin, size_t end) {
  input_ids.insert(input_ids.end(), tokens.begin() + static_cast<int64_t>(begin),
                   tokens.begin() + static_cast<int64_t>(end));
  offsets.push_back(static_cast<int64_t>(input_ids.size()));
  slots.push_back(slot);
}

torch::Tensor TokenBatch::forward(Llama& model, KeyValueCache& cache) const {
  const auto ids = torch::tensor(input_ids, torch::kLong).to(model->embed_tokens.device());
  return model->forward_cached(ids, offsets, slots, cache);
}

size_t shared_prefix(const std::vector<std::vector<int64_t>>& sequences, size_t most) {
  constexpr size_t kLeast = 16;
  if (sequences.size() < 2) return 0;
  const auto& first = sequences.front();
  size_t shared = std::min(first.size(), most);
  for (const auto& sequence : sequences) {
    shared = std::min(shared, sequence.size());
    const auto end = first.begin() + static_cast<int64_t>(shared);
    shared = std::mismatch(first.begin(), end, sequence.begin()).first - first.begin();
  }
  return shared < kLeast ? 0 : shared;
}

std::vector<size_t> longest_first(const std::vector<std::vector<int64_t>>& sequences) {
  std::vector<size_t> order(sequences.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return sequences[a].size() > sequences[b].size(); });
  return order;
}

}  // namespace mola
