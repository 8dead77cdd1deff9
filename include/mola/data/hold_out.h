#pragma once

#include <cstdint>
#include <vector>

#include "mola/data/example.h"

namespace mola {

/// A data set in two parts, each in the order of the whole.
struct HeldOut {
  std::vector<Sequence> training;
  std::vector<Sequence> validation;
};

/// Holds out the nearest whole number to `share` of the sequences, and at least one. Which ones
/// depends on `seed` and their number alone, and is the same on every machine. Throws `Error` if
/// nothing is left to train on.
HeldOut hold_out(std::vector<Sequence> sequences, double share, int64_t seed);

}  // namespace mola
