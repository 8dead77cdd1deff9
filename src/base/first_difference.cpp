#include "base/first_difference.h"

namespace mola {

using nlohmann::ordered_json;

namespace {

std::string shown(const ordered_json& object, const std::string& key) {
  return object.contains(key) ? object[key].dump() : "null";
}

}  // namespace

std::optional<Difference> first_difference(const ordered_json& found,
                                           const ordered_json& expected) {
  ordered_json all = found;
  all.update(expected);
  for (const auto& [key, ignored] : all.items()) {
    Difference here = {key, shown(found, key), shown(expected, key)};
    if (here.found != here.expected) return here;
  }
  return std::nullopt;
}

}  // namespace mola
