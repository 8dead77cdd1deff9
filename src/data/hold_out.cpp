#include "mola/data/hold_out.h"

#include <algorithm>
#include <cmath>

#include "data/shuffle.h"
#include "mola/error.h"

namespace mola {
namespace {

constexpr int64_t kNoEpoch = -1;  // an order that no epoch of training has

}  // namespace

HeldOut hold_out(std::vector<Sequence> sequences, double share, int64_t seed) {
  const auto count =
      std::max<int64_t>(1, std::llround(share * static_cast<double>(sequences.size())));
  if (count >= static_cast<int64_t>(sequences.size())) {
    fail("data.validation: ", share, " of ", sequences.size(), " sequences holds out ", count,
         ", so none is left to train on");
  }
  const auto order = shuffled(sequences.size(), seed, kNoEpoch);
  std::vector<bool> is_held_out(sequences.size());
  for (int64_t i = 0; i < count; ++i) is_held_out[order[i]] = true;
  HeldOut parts;
  for (size_t i = 0; i < sequences.size(); ++i) {
    (is_held_out[i] ? parts.validation : parts.training).push_back(std::move(sequences[i]));
  }
  return parts;
}

}  // namespace mola
