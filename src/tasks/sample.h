#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mola {

/// Draws `count` rows so that each stratum keeps its share: of rows with `strata[i]` the stratum of
/// row i, those drawn are true. Shares are rounded by largest remainder (of equal ones, the stratum
/// whose name comes first). The same on every machine. Throws `Error` if there are fewer rows.
std::vector<bool> stratified_sample(const std::vector<std::string>& strata, size_t count,
                                    int64_t seed);

}  // namespace mola
