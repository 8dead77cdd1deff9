#pragma once

namespace mola {

/// What a group does to its input before its projections; the backward pass does it again rather
/// than keep the result.
enum class InputActivation {
  kNone,
  kSwiglu,  ///< silu(gate) * up of [gate, up], [..., 2 I] -> [..., I]
};

}  // namespace mola
