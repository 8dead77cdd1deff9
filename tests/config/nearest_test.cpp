#include "config/nearest.h"

#include <gtest/gtest.h>

namespace mola {
namespace {

TEST(Nearest, FindsTheWordWithTheFewestChanges) {
  const std::vector<std::string> keys = {"rank", "alpha", "dropout", "top_k"};
  EXPECT_EQ(nearest("rnak", keys), "rank");
  EXPECT_EQ(nearest("dropuot", keys), "dropout");
  EXPECT_EQ(nearest("topk", keys), "top_k");
  EXPECT_EQ(nearest("alpha", keys), "alpha");
}

TEST(Nearest, CountsInsertionsDeletionsAndSubstitutionsAlike) {
  EXPECT_EQ(nearest("abc", {"ab", "xyc"}), "ab");      // 1 against 2
  EXPECT_EQ(nearest("abc", {"abxyc", "axc"}), "axc");  // 2 against 1
  EXPECT_EQ(nearest("", {"abc", "ab"}), "ab");
}

TEST(Nearest, TakesTheFirstOfEquals) { EXPECT_EQ(nearest("a", {"b", "c"}), "b"); }

TEST(Nearest, IsEmptyWhereThereIsNone) { EXPECT_EQ(nearest("a", {}), ""); }

TEST(Join, PutsCommasBetween) {
  EXPECT_EQ(join({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(join({"a"}), "a");
  EXPECT_EQ(join({}), "");
}

}  // namespace
}  // namespace mola
