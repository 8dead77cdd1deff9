#include "base/first_difference.h"

#include <gtest/gtest.h>

namespace mola {
namespace {

using nlohmann::ordered_json;

std::string shown(const ordered_json& found, const ordered_json& expected) {
  const auto difference = first_difference(found, expected);
  if (!difference) return "none";
  return difference->key + ": " + difference->found + ", " + difference->expected;
}

TEST(FirstDifference, IsInTheOrderOfTheKeys) {
  EXPECT_EQ(shown({{"b", 1}, {"a", "x"}}, {{"a", "x"}, {"b", 1}}), "none");
  EXPECT_EQ(shown({{"b", 1}, {"a", "x"}}, {{"a", "y"}, {"b", 2}}), "b: 1, 2");
  EXPECT_EQ(shown({{"b", 1}, {"a", "x"}}, {{"a", "y"}, {"b", 1}}), "a: \"x\", \"y\"");
}

TEST(FirstDifference, TakesAMissingKeyAsNull) {
  EXPECT_EQ(shown({{"a", 1}, {"b", nullptr}}, {{"a", 1}}), "none");
  EXPECT_EQ(shown({{"a", 1}, {"b", 2}}, {{"a", 1}}), "b: 2, null");
  EXPECT_EQ(shown({{"a", 1}}, {{"a", 1}, {"b", {3}}}), "b: null, [3]");
}

}  // namespace
}  // namespace mola
