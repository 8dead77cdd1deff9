#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "mola/ops/segment_tensors.h"

namespace mola {

/// Sequences of any lengths, concatenated without padding: N tokens, in segments. A segment is a
/// whole sequence; or, where several sequences begin with the same tokens, these, which are
/// computed once, or what follows them in one sequence.
struct PackedTokens {
  torch::Tensor ids;                  ///< [N] int64
  torch::Tensor positions;            ///< [N] int64, of each token in its sequence
  std::vector<int64_t> offsets;       ///< where each segment begins; N at the end (cu_seqlens)
  std::vector<int64_t> parents = {};  ///< what precedes each segment, as in AttentionInputs
  torch::Tensor multiplicity = {};    ///< [N] int64, the sequences that each token stands for;
                                      ///< undefined: 1 each
  int64_t multiplicity_sum = 0;       ///< of `multiplicity`, if defined
  /// The segments, for tokens on a GPU; without them, a forward pass copies them there.
  std::optional<SegmentTensors> segments = std::nullopt;

  /// The number of tokens of all sequences.
  int64_t count() const { return multiplicity.defined() ? multiplicity_sum : computed(); }
  /// N
  int64_t computed() const { return offsets.back(); }
};

}  // namespace mola
