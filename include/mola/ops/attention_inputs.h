#pragma once

#include <torch/types.h>

#include <optional>
#include <vector>

#include "mola/ops/dropout_key.h"
#include "mola/ops/key_value_cache.h"
#include "mola/ops/rotary_angles.h"
#include "mola/ops/segment_tensors.h"

namespace mola {

/// Inputs that the layers of one forward pass share: N tokens of concatenated segments, which are
/// whole sequences, or beginnings that several share and what follows them. Each token attends to
/// itself, to the tokens before it in its segment, and to all of the segments that precede that.
struct AttentionInputs {
  RotaryAngles rotary;  ///< [N, D]
  /// The first token of each segment, and the end of the last. Rows behind that are of no token.
  std::vector<int64_t> offsets;
  /// [B, 1, T, T] bool for B sequences of T tokens: true if the query may attend to the key. It
  /// replaces causal attention. Undefined without padding.
  torch::Tensor mask;
  /// The cached sequences that these tokens continue. Empty: the sequences are complete.
  std::optional<CachedSequences> cached = std::nullopt;
  /// The index of the segment that precedes each, -1 for none. A segment stands behind the one that
  /// precedes it, with only others between that follow it too. Empty: none precedes any.
  std::vector<int64_t> parents = {};
  std::optional<DropoutKey> dropout = std::nullopt;  ///< of the layer's groups
  /// The segments on a GPU; without them, each attention copies them there.
  std::optional<SegmentTensors> segments = std::nullopt;
};

}  // namespace mola
