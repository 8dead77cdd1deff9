#include "base/closest_match.h"

#include <gtest/gtest.h>

namespace mola {
namespace {

TEST(Nearest, FindsTheWordWithTheFewestChanges) {
  const std::vector<std::string> keys = {"rank", "alpha", "dropout", "top_k"};
  EXPECT_EQ(closest_match("rnak", keys), "rank");
  EXPECT_EQ(closest_match("dropuot", keys), "dropout");
  EXPECT_EQ(closest_match("topk", keys), "top_k");
  EXPECT_EQ(closest_match("alpha", keys), "alpha");
}

TEST(Nearest, CountsInsertionsDeletionsAndSubstitutionsAlike) {
  EXPECT_EQ(closest_match("abc", {"ab", "xyc"}), "ab");      // 1 against 2
  EXPECT_EQ(closest_match("abc", {"abxyc", "axc"}), "axc");  // 2 against 1
  EXPECT_EQ(closest_match("", {"abc", "ab"}), "ab");
}

TEST(Nearest, TakesTheFirstOfEquals) { EXPECT_EQ(closest_match("a", {"b", "c"}), "b"); }

TEST(Nearest, IsEmptyWhereThereIsNone) { EXPECT_EQ(closest_match("a", {}), ""); }

TEST(Join, PutsCommasBetween) {
  EXPECT_EQ(join({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(join({"a"}), "a");
  EXPECT_EQ(join({}), "");
}

}  // namespace
}  // namespace mola
