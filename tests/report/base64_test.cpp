#include "report/base64.h"

#include <gtest/gtest.h>

namespace mola {
namespace {

// The test vectors of RFC 4648, section 10.
TEST(Base64, IsThatOfTheStandard) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

// 0xff 0xfe 0x00 is 111111 111111 111000 000000: the digits 63, 63, 56 and 0.
TEST(Base64, TakesAnyByte) { EXPECT_EQ(base64(std::string("\xff\xfe\0", 3)), "//4A"); }

}  // namespace
}  // namespace mola
