#pragma once

#include <torch/types.h>

#include <optional>
#include <vector>

#include "mola/ops/key_value_cache.h"
#include "mola/ops/rotary_angles.h"

namespace mola {

/// What all layers of one forward pass share: N tokens of sequences that lie end to end, each of
/// which looks at itself and at the tokens before it in its sequence.
struct AttentionInputs {
  RotaryAngles rotary;           ///< [N, D]
  std::vector<int64_t> offsets;  ///< where each sequence begins among the tokens; N at the end
  /// [B, 1, T, T] bool for B sequences of T tokens: true where a query may look, instead of the
  /// above. Undefined without padding.
  torch::Tensor mask;
  /// The sequences go on from what these slots hold. Empty: they are whole.
  std::optional<CachedSequences> cached = std::nullopt;
};

}  // namespace mola
