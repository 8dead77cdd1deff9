#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mola/config/enums.h"

namespace mola {

/// The enumerators of a setting and their names in files.
template <class Enum>
using EnumNames = std::vector<std::pair<std::string, Enum>>;

inline const EnumNames<Init>& init_names() {
  static const EnumNames<Init> kNames = {
      {"kaiming", Init::kKaiming}, {"gaussian", Init::kGaussian}, {"pissa", Init::kPissa}};
  return kNames;
}

inline const EnumNames<Schedule>& schedule_names() {
  static const EnumNames<Schedule> kNames = {{"linear", Schedule::kLinear},
                                             {"constant", Schedule::kConstant},
                                             {"cosine", Schedule::kCosine}};
  return kNames;
}

inline const EnumNames<OnBadRow>& on_bad_row_names() {
  static const EnumNames<OnBadRow> kNames = {{"stop", OnBadRow::kStop}, {"skip", OnBadRow::kSkip}};
  return kNames;
}

template <class Enum>
const std::string& name_of(Enum value, const EnumNames<Enum>& names) {
  size_t i = 0;
  while (names[i].second != value) ++i;
  return names[i].first;
}

}  // namespace mola
