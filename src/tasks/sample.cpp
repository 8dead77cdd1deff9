#include "tasks/sample.h"

#include <algorithm>
#include <map>

#include "base/shuffle.h"
#include "mola/base/error.h"

namespace mola {
namespace {

struct Stratum {
  std::vector<size_t> rows;
  size_t quota = 0;
  uint64_t remainder = 0;  // of rows * count / total
};

void set_quotas(std::map<std::string, Stratum>& strata, uint64_t count, uint64_t total) {
  std::vector<Stratum*> by_remainder;
  uint64_t left = count;
  for (auto& [name, stratum] : strata) {
    const uint64_t product = stratum.rows.size() * count;
    stratum.quota = product / total;
    stratum.remainder = product % total;
    left -= stratum.quota;
    by_remainder.push_back(&stratum);
  }
  std::stable_sort(by_remainder.begin(), by_remainder.end(),
                   [](const Stratum* a, const Stratum* b) { return a->remainder > b->remainder; });
  for (uint64_t i = 0; i < left; ++i) ++by_remainder[i]->quota;
}

}  // namespace

std::vector<bool> stratified_sample(const std::vector<std::string>& strata, size_t count,
                                    int64_t seed) {
  if (count > strata.size()) {
    fail("data.sample: found ", count, ", expected at most the number of rows, ", strata.size());
  }
  std::map<std::string, Stratum> by_name;
  for (size_t i = 0; i < strata.size(); ++i) by_name[strata[i]].rows.push_back(i);
  set_quotas(by_name, count, strata.size());
  std::vector<bool> drawn(strata.size());
  int64_t number = 0;
  for (const auto& [name, stratum] : by_name) {
    const auto order = shuffled(stratum.rows.size(), seed, number++);
    for (size_t i = 0; i < stratum.quota; ++i) drawn[stratum.rows[order[i]]] = true;
  }
  return drawn;
}

}  // namespace mola
