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
  std::vector<int64_t> offsets;  ///< the first token of each sequence; N at the end
  /// [B, 1, T, T] bool for B sequences of T tokens: true if the query may attend to the key. It
  /// replaces causal attention. Undefined without padding.
  torch::Tensor mask;
  /// The cached sequences that these tokens continue. Empty: the sequences are complete.
  std::optional<CachedSequences> cached = std::nullopt;
};

}  // namespace mola
