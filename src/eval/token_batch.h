#pragma once

#include <torch/types.h>

#include <vector>

#include "mola/model/llama.h"

namespace mola {

/// Tokens of one forward pass; those of each sequence continue its slot of a cache.
struct TokenBatch {
  std::vector<int64_t> input_ids;      ///< [N], concatenated
  std::vector<int64_t> offsets = {0};  ///< where each sequence begins; N at the end
  std::vector<int64_t> slots;          ///< of each sequence

  /// Adds the tokens begin..end of a sequence.
  void add(int64_t slot, const std::vector<int64_t>& tokens, size_t begin, size_t end);

  /// -> the last hidden states [N, H]
  torch::Tensor forward(Llama& model, KeyValueCache& cache) const;
};

/// The length of the common prefix of `a` and `b`, at most `most`.
size_t common_beginning(const std::vector<int64_t>& a, const std::vector<int64_t>& b, size_t most);

/// The length of the common prefix of all `sequences`, at most `most`. 0 if it is too short to be
/// worth caching: attention is faster for whole sequences than for continued ones.
size_t shared_prefix(const std::vector<std::vector<int64_t>>& sequences, size_t most);

/// The indices of `sequences`, the longest first.
std::vector<size_t> longest_first(const std::vector<std::vector<int64_t>>& sequences);

}  // namespace mola
