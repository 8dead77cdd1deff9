#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mola {

/// Draws `count` rows so that each stratum keeps its share: `strata[i]` is the stratum of row i,
/// and the rows drawn are true. Shares are rounded by largest remainder (ties go to the name that
/// comes first). The same on every machine. Throws `Error` if there are fewer rows.
std::vector<bool> stratified_sample(const std::vector<std::string>& strata, size_t count,
                                    int64_t seed);

}  // namespace mola
