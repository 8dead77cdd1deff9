#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace mola {

/// Sequences of any lengths, N tokens in all, concatenated without padding.
struct PackedTokens {
  torch::Tensor ids;             ///< [N] int64
  torch::Tensor positions;       ///< [N] int64, of each token in its sequence
  std::vector<int64_t> offsets;  ///< where each sequence begins; N at the end (cu_seqlens)

  int64_t count() const { return offsets.back(); }
};

}  // namespace mola
