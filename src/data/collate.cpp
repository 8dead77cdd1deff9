#include "mola/data/collate.h"

#include <map>
#include <optional>

#include "data/prefix_tree.h"
#include "ops/device.h"
#include "ops/segment_numbers.h"

namespace mola {
namespace {

// A micro-batch on the host: its computed tokens, and the targets of each.
class HostBatch {
 public:
  HostBatch(const MicroBatch& sequences, bool share_prefix)
      : sequences_(sequences), tree_(prefix_tree(sequences, share_prefix)) {
    for (const auto& segment : tree_.segments) {
      offsets_.push_back(offsets_.back() + segment.end - segment.begin);
      is_shared_ = is_shared_ || segment.rows > 1;
    }
    targets_.resize(offsets_.back());
    for (size_t row = 0; row < sequences.size(); ++row) add_targets(row);
    for (const auto& of_token : targets_) num_targets_ += static_cast<int64_t>(of_token.size());
  }

  Batch on(torch::Device device) const {
    std::vector<int64_t> parents;
    for (const auto& segment : tree_.segments) {
      if (is_shared_) parents.push_back(segment.parent);
    }
    // One block for all, so that it goes to a GPU in one copy.
    const int64_t tokens = offsets_.back();
    std::vector<int64_t> sizes = {tokens, tokens, tokens, num_targets_, num_targets_, num_targets_};
    const int64_t size = 3 * tokens + 3 * num_targets_;
    std::optional<SegmentNumbers> segments;
    if (is_gpu(device)) segments.emplace(offsets_, parents);
    sizes.push_back(segments ? segments->size() : 0);
    const auto block = host_block(size + sizes.back(), device);
    fill(block.data_ptr<int64_t>());
    if (segments) segments->fill(block.data_ptr<int64_t>() + size);
    const auto parts = block.to(device, /*non_blocking=*/true).split_with_sizes(sizes);

    Batch batch = {{parts[0], parts[1], offsets_, parents}, {parts[3], parts[4], {}}};
    if (segments) batch.tokens.segments = segments->in(parts[6]);
    if (!is_shared_) return batch;
    batch.tokens.multiplicity = parts[2];
    batch.tokens.multiplicity_sum = row_tokens();
    batch.targets = {parts[3], parts[4], parts[5], labelled_};
    return batch;
  }

 private:
  // From the row's last segment to its first.
  void add_targets(size_t row) {
    const auto& sequence = *sequences_[row];
    for (int64_t i = tree_.last[row]; i >= 0; i = tree_.segments[i].parent) {
      const auto& segment = tree_.segments[i];
      for (int64_t t = segment.begin; t < segment.end; ++t) {
        const auto next = static_cast<size_t>(t + 1);
        if (next >= sequence.input_ids.size() || !is_target(sequence, next)) continue;
        ++targets_[offsets_[i] + t - segment.begin][sequence.labels[next]];
        ++labelled_;
      }
    }
  }

  int64_t row_tokens() const {
    int64_t tokens = 0;
    for (const auto& segment : tree_.segments)
      tokens += segment.rows * (segment.end - segment.begin);
    return tokens;
  }

  void fill(int64_t* id) const {
    int64_t* position = id + offsets_.back();
    int64_t* multiplicity = position + offsets_.back();
    int64_t* target_position = multiplicity + offsets_.back();
    int64_t* target_token = target_position + num_targets_;
    int64_t* target_weight = target_token + num_targets_;
    for (const auto& segment : tree_.segments) {
      for (int64_t t = segment.begin; t < segment.end; ++t) {
        *id++ = sequences_[segment.sequence]->input_ids[t];
        *position++ = t;
        *multiplicity++ = segment.rows;
      }
    }
    for (size_t n = 0; n < targets_.size(); ++n) {
      for (const auto& [token, weight] : targets_[n]) {
        *target_position++ = static_cast<int64_t>(n);
        *target_token++ = token;
        *target_weight++ = weight;
      }
    }
  }

  const MicroBatch& sequences_;
  PrefixTree tree_;
  std::vector<int64_t> offsets_ = {0};
  std::vector<std::map<int64_t, int64_t>> targets_;  // of each computed token: token -> weight
  int64_t num_targets_ = 0;
  int64_t labelled_ = 0;  // tokens of the rows
  bool is_shared_ = false;
};

}  // namespace

Batch collate(const MicroBatch& sequences, torch::Device device, bool share_prefix) {
  return HostBatch(sequences, share_prefix).on(device);
}

}  // namespace mola
