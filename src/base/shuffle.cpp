#include "base/shuffle.h"

#include <numeric>
#include <random>
#include <utility>

namespace mola {

// The order of std::shuffle and of the distributions depends on the standard library; the engine
// and the seed sequence are specified by the standard. The bias of the remainder is below n / 2^64.
std::vector<size_t> shuffled(size_t count, int64_t seed, int64_t epoch) {
  std::seed_seq seeds{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32),
                      static_cast<uint32_t>(epoch), static_cast<uint32_t>(epoch >> 32)};
  std::mt19937_64 engine(seeds);
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[engine() % i]);
  return order;
}

}  // namespace mola
