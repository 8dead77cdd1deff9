#pragma once

#include <torch/types.h>

namespace mola {

/// The buffers of parameters that are trained together, see `FlatParameters`.
struct FlatBuffers {
  torch::Tensor values;  ///< [M] fp32, of which parameters are views
  /// [M] bf16, the same numbers rounded, from which blocks that are computed in bf16 are taken
  /// without a cast; undefined: they are cast.
  torch::Tensor rounded = {};
};

}  // namespace mola
