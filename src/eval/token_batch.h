#pragma once

#include <torch/types.h>

#include <vector>

#include "mola/model/llama.h"

namespace mola {

/// Tokens that go through a model together, those of each sequence behind what its slot of a cache
/// holds.
struct TokenBatch {
  std::vector<int64_t> input_ids;      ///< [N], sequence after sequence
  std::vector<int64_t> offsets = {0};  ///< where each begins; N at the end
  std::vector<int64_t> slots;          ///< of each

  /// Adds the tokens begin..end of a sequence.
  void add(int64_t slot, const std::vector<int64_t>& tokens, size_t begin, size_t end);

  /// -> the last hidden states [N, H]
  torch::Tensor forward(Llama& model, KeyValueCache& cache) const;
};

/// How many tokens `a` and `b` begin with alike, at most `most`.
size_t common_beginning(const std::vector<int64_t>& a, const std::vector<int64_t>& b, size_t most);

/// How many tokens all `sequences` begin with alike, at most `most`. 0 where that is too few for
/// keeping them to pay: whole sequences have a faster attention than those that go on.
size_t shared_prefix(const std::vector<std::vector<int64_t>>& sequences, size_t most);

/// The indices of `sequences`, the longest first.
std::vector<size_t> longest_first(const std::vector<std::vector<int64_t>>& sequences);

}  // namespace mola
