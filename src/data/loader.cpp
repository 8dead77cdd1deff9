#include "mola/data/loader.h"

#include <algorithm>
#include <numeric>

#include "base/shuffle.h"
#include "data/prefix_tree.h"
#include "mola/base/error.h"

namespace mola {
namespace {

void check_size(const char* name, int64_t size, int64_t least = 1) {
  if (size < least) fail("Loader: ", name, ": found ", size, ", expected at least ", least);
}

std::vector<MicroBatch> cut(const MicroBatch& sequences, int64_t size) {
  std::vector<MicroBatch> micro_batches;
  for (auto first = sequences.begin(); first != sequences.end();) {
    const auto last = first + std::min(size, sequences.end() - first);
    micro_batches.emplace_back(first, last);
    first = last;
  }
  return micro_batches;
}

// Each sequence goes into the first micro-batch that has room for what is computed of it.
std::vector<MicroBatch> pack(const MicroBatch& sequences, const LoaderOptions& options) {
  std::vector<MicroBatch> micro_batches;
  for (const auto* sequence : sequences) {
    const auto has_room = [&](MicroBatch with) {
      with.push_back(sequence);
      return computed_tokens(prefix_tree(with, options.share_prefix)) <= options.packed_tokens;
    };
    auto place = std::find_if(micro_batches.begin(), micro_batches.end(), has_room);
    if (place == micro_batches.end()) place = micro_batches.emplace(place);
    place->push_back(sequence);
  }
  return micro_batches;
}

}  // namespace

Loader::Loader(std::vector<Sequence> sequences, const LoaderOptions& options)
    : sequences_(std::move(sequences)), options_(options) {
  check_size("sequences", static_cast<int64_t>(sequences_.size()));
  for (const auto& sequence : sequences_) {
    const auto index = &sequence - sequences_.data();
    if (sequence.input_ids.empty()) fail("Loader: sequence ", index, " (from 0) is empty");
    if (sequence.labels.size() != sequence.input_ids.size()) {
      fail("Loader: sequence ", index, " (from 0): found ", sequence.labels.size(),
           " labels, expected ", sequence.input_ids.size(), ", one for each token");
    }
  }
  check_size("batch_size", options.batch_size);
  check_size("micro_batch_size", options.micro_batch_size);
  check_size("packed_tokens", options.packed_tokens, 0);
}

int64_t Loader::steps_per_epoch() const {
  const auto count = static_cast<int64_t>(sequences_.size());
  return (count - 1) / options_.batch_size + 1;
}

const std::vector<size_t>& Loader::order_of(int64_t epoch) const {
  if (epoch == order_epoch_) return order_;
  if (options_.shuffle) {
    order_ = shuffled(sequences_.size(), options_.seed, epoch);
  } else {
    order_.resize(sequences_.size());
    std::iota(order_.begin(), order_.end(), 0);
  }
  order_epoch_ = epoch;
  return order_;
}

std::vector<MicroBatch> Loader::step(int64_t epoch, int64_t index) const {
  if (epoch < 0 || index < 0 || index >= steps_per_epoch()) {
    fail("Loader: found step ", index, " of epoch ", epoch,
         ", expected an epoch of at least 0 and a step from 0 to below ", steps_per_epoch());
  }
  const auto& order = order_of(epoch);
  const auto count = static_cast<int64_t>(order.size());
  const int64_t begin = index * options_.batch_size;
  const int64_t end = begin + std::min(options_.batch_size, count - begin);
  MicroBatch batch;
  for (int64_t i = begin; i < end; ++i) batch.push_back(&sequences_[order[i]]);
  if (options_.group_by_length || options_.packed_tokens > 0) {
    // Longest first: a step that does not fit in memory fails at once.
    std::stable_sort(batch.begin(), batch.end(), [](const Sequence* a, const Sequence* b) {
      const auto length = [](const Sequence* sequence) { return sequence->input_ids.size(); };
      return length(a) != length(b) ? length(a) > length(b) : a->input_ids < b->input_ids;
    });
  }
  return options_.packed_tokens > 0 ? pack(batch, options_) : cut(batch, options_.micro_batch_size);
}

}  // namespace mola
