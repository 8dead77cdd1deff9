#pragma once

#include <cstdint>
#include <vector>

#include "ops/gate.h"

namespace mola {

/// The position of one mixture of a group in the output, in the block of all A and in the routers.
struct MixturePlace {
  Gate gate;
  int64_t output_begin;  ///< the first of its columns of y
  int64_t output_size;   ///< O
  int64_t hidden_begin;  ///< the first of its E r rows of the block
  int64_t logits_begin;  ///< the first of its E rows of the routers; -1 without a router
};

/// Mixtures with equal gates whose columns are side by side, so that one call computes all of them.
struct GateRun {
  Gate gate;             ///< with the number of mixtures
  size_t first;          ///< of its mixtures
  int64_t hidden_begin;  ///< as MixturePlace's of the first
  int64_t logits_begin;  ///< likewise
};

/// The runs of the mixtures that have routers.
std::vector<GateRun> gate_runs(const std::vector<MixturePlace>& places);

}  // namespace mola
