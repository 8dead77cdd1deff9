#include "mola/data/hold_out.h"

#include <algorithm>
#include <cmath>

#include "base/shuffle.h"
#include "mola/base/error.h"

namespace mola {
namespace {

constexpr int64_t kNoEpoch = -1;  // an order that no epoch of training has

}  // namespace

std::vector<bool> choose_held_out(size_t count, double share, int64_t seed) {
  const auto wanted = std::max<int64_t>(1, std::llround(share * static_cast<double>(count)));
  if (wanted >= static_cast<int64_t>(count)) {
    fail("data.validation: ", share, " of ", count, " sequences holds out ", wanted,
         ", so none is left to train on");
  }
  const auto order = shuffled(count, seed, kNoEpoch);
  std::vector<bool> is_held_out(count);
  for (int64_t i = 0; i < wanted; ++i) is_held_out[order[i]] = true;
  return is_held_out;
}

}  // namespace mola
