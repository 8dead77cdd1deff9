#pragma once

namespace mola {

/// The activation that a group applies to its input before its projections. The backward pass
/// recomputes it.
enum class InputActivation {
  kNone,
  kSwiglu,  ///< silu(gate) * up of [gate, up], [..., 2 I] -> [..., I]
};

}  // namespace mola
