#include "mola/base/error.h"

#include <gtest/gtest.h>

#include "support/test_files.h"

namespace mola {
namespace {

TEST(Error, IsOneLineWithVisibleControlCharacters) {
  const std::string found("a\nb\tc\rd\0e\x1b[31m\x7f", 15);
  EXPECT_EQ(message_of<Error>([&] { fail("found '", found, "'"); }),
            "found 'a\\nb\\tc\\rd\\x00e\\x1b[31m\\x7f'");
}

TEST(Error, KeepsAllOtherCharacters) {
  const std::string text = "caf\u00e9 \U0001F680 C:\\n \"x\"";
  EXPECT_EQ(message_of<Error>([&] { fail(text); }), text);
}

}  // namespace
}  // namespace mola
