#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace mola {

/// A key whose values differ, with the values as JSON: null where there is none.
struct Difference {
  std::string key;
  std::string found;
  std::string expected;
};

/// The first key at which two objects differ, in the order of `found` and then of `expected`.
std::optional<Difference> first_difference(const nlohmann::ordered_json& found,
                                           const nlohmann::ordered_json& expected);

}  // namespace mola
