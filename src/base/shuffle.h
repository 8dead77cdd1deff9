#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mola {

/// The numbers from 0 to `count` - 1 in a random order, which depends only on seed and epoch and is
/// the same on every machine.
std::vector<size_t> shuffled(size_t count, int64_t seed, int64_t epoch);

}  // namespace mola
