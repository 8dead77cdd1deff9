#include "mola/data/text_stream.h"

#include <gtest/gtest.h>

#include "support/test_files.h"
#include "support/tiny_tokenizer.h"

namespace mola {
namespace {

// tiny_tokenizer.h has the ids: 3 + b is the byte b, 259 a space, 260 a, 286 "▁a", 287 "bc".
class TextStreamTest : public testing::Test {
 protected:
  // What comes out token by token, and at the end.
  std::vector<std::string> stream(const std::vector<int64_t>& tokens,
                                  const std::vector<std::string>& stop = {},
                                  bool begins_text = false) {
    TextStream stream(tokenizer_, stop, begins_text);
    std::vector<std::string> parts;
    for (const int64_t token : tokens) parts.push_back(stream.push(token));
    parts.push_back(stream.finish());
    stopped_ = stream.stopped();
    return parts;
  }

  using Parts = std::vector<std::string>;
  TempFolder folder_;
  Tokenizer tokenizer_{folder_.write("tokenizer.model", tiny_tokenizer_model())};
  bool stopped_ = false;
};

TEST_F(TextStreamTest, GivesPiecesAsTheyCome) {
  EXPECT_EQ(stream({286, 259, 287, 49}), (Parts{" a", " ", "bc", ".", ""}));
  EXPECT_EQ(stream({286, 287}, {}, /*begins_text=*/true), (Parts{"a", "bc", ""}));
  EXPECT_EQ(stream({1, 286, 2, 0}), (Parts{"", " a", "", "", ""}));  // bos, eos, unk
}

// The euro sign is E2 82 AC.
TEST_F(TextStreamTest, HoldsACharacterBackUntilItIsWhole) {
  EXPECT_EQ(stream({3 + 0xE2, 3 + 0x82, 3 + 0xAC, 260}), (Parts{"", "", "€", "a", ""}));
  EXPECT_EQ(stream({260, 3 + 0xE2, 3 + 0x82}), (Parts{"a", "", "", "\uFFFD\uFFFD"}));
  EXPECT_EQ(stream({3 + 0xE2, 260}), (Parts{"", "\uFFFDa", ""}));
  EXPECT_EQ(stream({3 + 0x82, 3 + 0xFF}), (Parts{"\uFFFD", "\uFFFD", ""}));  // begin nothing
  // E0 80 would be a long form, ED A0 a surrogate: no third byte makes them one.
  EXPECT_EQ(stream({3 + 0xE0, 3 + 0x80}), (Parts{"", "\uFFFD\uFFFD", ""}));
  EXPECT_EQ(stream({3 + 0xED, 3 + 0xA0}), (Parts{"", "\uFFFD\uFFFD", ""}));
}

TEST_F(TextStreamTest, EndsBeforeAStopString) {
  EXPECT_EQ(stream({260, 287, 260, 260}, {"ca"}), (Parts{"a", "b", "", "", ""}));
  EXPECT_TRUE(stopped_);
  EXPECT_EQ(stream({260, 287, 287}, {"ca"}), (Parts{"a", "b", "cb", "c"}));
  EXPECT_FALSE(stopped_);
  EXPECT_EQ(stream({260, 260, 287}, {"aab", "ab"}), (Parts{"", "", "", ""}));  // the earlier one
  EXPECT_EQ(stream({260, 287}, {""}), (Parts{"a", "bc", ""}));  // an empty one stops nothing
}

// With the golden ids of a real tokenizer the parts make the text that decode gives.
TEST(TextStream, GivesTheTextOfDecode) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  const Tokenizer tokenizer(test_data("data/llama2-tokenizer"));
  const std::string text = "Grüße, 世界! 🦙 \n\n  two  spaces\t\x7f … ﷽";
  TextStream stream(tokenizer, {}, /*begins_text=*/true);
  std::string streamed;
  for (const int64_t token : tokenizer.encode(text)) streamed += stream.push(token);
  EXPECT_EQ(streamed + stream.finish(), text);
}

}  // namespace
}  // namespace mola
