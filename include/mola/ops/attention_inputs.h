#pragma once

#include <torch/types.h>

#include <optional>
#include <vector>

#include "mola/ops/key_value_cache.h"
#include "mola/ops/rotary_angles.h"

namespace mola {

/// Inputs that all layers of one forward pass share: N tokens of concatenated sequences. Each token
/// attends to itself and to the tokens before it in its sequence.
struct AttentionInputs {
  RotaryAngles rotary;           ///< [N, D]
  std::vector<int64_t> offsets;  ///< where each sequence begins among the tokens; N at the end
  /// [B, 1, T, T] bool for B sequences of T tokens: true where a query may attend, instead of
  /// the above. Undefined without padding.
  torch::Tensor mask;
  /// Slots whose contents the sequences continue. Empty: the sequences are whole.
  std::optional<CachedSequences> cached = std::nullopt;
};

}  // namespace mola
