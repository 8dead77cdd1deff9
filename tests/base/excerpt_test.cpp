#include "base/excerpt.h"

#include <gtest/gtest.h>

namespace mola {
namespace {

TEST(Excerpt, LeavesShortTextAsItIs) {
  EXPECT_EQ(excerpt(""), "");
  EXPECT_EQ(excerpt(std::string(200, 'a')), std::string(200, 'a'));
}

TEST(Excerpt, ShortensLongText) {
  EXPECT_EQ(excerpt(std::string(201, 'a')), std::string(200, 'a') + "...");
  // Not within a character: the last of 199 letters is followed by one of two bytes.
  EXPECT_EQ(excerpt(std::string(199, 'a') + "\u00e9"), std::string(199, 'a') + "...");
}

}  // namespace
}  // namespace mola
