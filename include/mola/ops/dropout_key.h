#pragma once

#include <cstdint>
#include <optional>

namespace mola {

/// Names the random numbers of a dropout mask. The same key gives the same mask on every device and
/// number of threads, in a forward pass that is repeated, and after a resume; nothing is stored and
/// no generator is used up.
struct DropoutKey {
  uint64_t seed = 0;
  uint64_t step = 0;
  uint32_t micro_batch = 0;  ///< in the step
  uint32_t layer = 0;        ///< set by the model
  uint32_t group = 0;        ///< of projections in the layer: one of the following
};

/// The groups of a decoder layer.
constexpr uint32_t kQkvGroup = 0;
constexpr uint32_t kOutputGroup = 1;
constexpr uint32_t kGateUpGroup = 2;
constexpr uint32_t kDownGroup = 3;

/// The key of a group; none without a key.
inline std::optional<DropoutKey> of_group(std::optional<DropoutKey> key, uint32_t group) {
  if (key) key->group = group;
  return key;
}

/// A key whose seed is drawn from torch's generator of the CPU: for modules that are used alone.
DropoutKey random_dropout_key();

}  // namespace mola
