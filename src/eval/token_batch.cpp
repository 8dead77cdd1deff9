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

size_t common_beginning(const std::vector<int64_t>& a, const std::vector<int64_t>& b, size_t most) {
  const size_t longest = std::min({a.size(), b.size(), most});
  const auto end = a.begin() + static_cast<int64_t>(longest);
  return std::mismatch(a.begin(), end, b.begin()).first - a.begin();
}

size_t shared_prefix(const std::vector<std::vector<int64_t>>& sequences, size_t most) {
  constexpr size_t kLeast = 16;
  if (sequences.size() < 2) return 0;
  size_t shared = most;
  for (const auto& sequence : sequences) {
    shared = common_beginning(sequences.front(), sequence, shared);
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
