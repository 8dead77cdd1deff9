#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mola {

/// The numbers below `count` in a random order that depends on seed and epoch alone, and is the
/// same on every machine.
std::vector<size_t> shuffled(size_t count, int64_t seed, int64_t epoch);

}  // namespace mola
