#include "data/tokenizer_bytes.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "mola/base/error.h"
#include "mola/data/tokenizer.h"
#include "support/test_files.h"
#include "support/tiny_tokenizer.h"

namespace mola {
namespace {

// The tables of normalizations: 256 units, of which unit i is `units[i]` and the others are 0, and
// the text "b".
std::string charsmap(const std::map<size_t, uint32_t>& units) {
  std::vector<uint32_t> table = {256 * sizeof(uint32_t)};
  table.resize(1 + 256);
  for (const auto& [i, unit] : units) table[1 + i] = unit;
  std::string bytes(table.size() * sizeof(uint32_t), '\0');
  std::memcpy(bytes.data(), table.data(), bytes.size());
  return bytes + std::string("b\0", 2);
}

// In the field 3, normalizer_spec, or 5, denormalizer_spec.
std::string with_charsmap(const std::string& map, int field = 3) {
  const auto spec = ProtoWriter().text(2, map).bytes();
  return tiny_tokenizer_model() + ProtoWriter().text(field, spec).bytes();
}

constexpr uint32_t offset(uint32_t value) { return value << 10; }
constexpr uint32_t kHasValue = 1 << 8;
constexpr uint32_t kIsValue = 1u << 31;

TEST(TokenizerBytes, MayNormalize) {
  // "a", whose value at 97 ^ 1 is the text at 0.
  const auto map = charsmap({{'a', 'a' | kHasValue | offset(1)}, {'a' ^ 1, kIsValue | 0}});
  const auto tokenizer = Tokenizer::from_bytes(with_charsmap(map), "t");
  EXPECT_EQ(tokenizer.encode("xa"), tokenizer.encode("xb"));
  EXPECT_NE(tokenizer.encode("xa"), tokenizer.encode("xc"));
}

TEST(TokenizerBytes, AreRefusedWhereTheirTablesLeadOut) {
  const std::vector<std::string> damaged = {
      charsmap({{0, offset(256)}}),
      charsmap({{0, kIsValue | offset(512)}}),
      charsmap({{'a', 'a' | offset(0x1FFFFF)}}),
      charsmap({{'a', 'a' | kHasValue | offset(1)}, {'a' ^ 1, kIsValue | 2}}),
      std::string(3, '\0'),
      std::string(8, '\xFF'),
      charsmap({}).substr(0, 500),
  };
  for (const auto& map : damaged) {
    for (const int field : {3, 5}) {
      EXPECT_EQ(message_of<Error>([&] { Tokenizer::from_bytes(with_charsmap(map, field), "t"); }),
                "t: its precompiled_charsmap is damaged");
    }
  }
}

TEST(TokenizerBytes, AreRefusedWhereAPieceHasANul) {
  for (const auto& text : {std::string("\0b", 2), std::string("a\0", 2)}) {
    const auto piece = ProtoWriter().text(1, ProtoWriter().text(1, text).bytes()).bytes();
    EXPECT_EQ(
        message_of<Error>([&] { Tokenizer::from_bytes(tiny_tokenizer_model() + piece, "t"); }),
        "t: has a piece with a NUL character");
  }
}

// Other damage is left to sentencepiece.
TEST(TokenizerBytes, AreReadUpToTheirDamage) {
  const std::string whole = with_charsmap(charsmap({}));
  for (size_t size = 0; size < whole.size(); size += 7) {
    EXPECT_NO_THROW(check_tokenizer_bytes(whole.substr(0, size), "t")) << size;
  }
  EXPECT_NO_THROW(check_tokenizer_bytes(std::string(100, '\xFF'), "t"));
}

}  // namespace
}  // namespace mola
