#include "mola/data/tokenizer_training.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

using Ids = std::vector<int64_t>;

// The most frequent pair is merged first: "ab" stands six times, "abc" twice.
const std::vector<std::string> kTexts = {"ab ab ab\nab 12", "abc abc"};
// unk, bos, eos, the bytes; the characters of the texts (a space among them); three merges.
constexpr int64_t kSpecial = 3;
constexpr int64_t kVocabulary = kSpecial + 256 + 6 + 3;

TEST(TrainTokenizer, MakesPiecesOfWhatIsFrequent) {
  const auto tokenizer = train_tokenizer(kTexts, kVocabulary);
  EXPECT_EQ(tokenizer.vocab_size(), kVocabulary);
  EXPECT_EQ(tokenizer.bos_id(), 1);
  EXPECT_EQ(tokenizer.eos_id(), 2);
  EXPECT_EQ(tokenizer.encode("ab").size(), 1u);
  EXPECT_EQ(tokenizer.encode("abc").size(), 1u);
  // A space, and each digit by itself.
  EXPECT_EQ(tokenizer.encode("12").size(), 3u);
  // A space, and the two bytes of a character that the texts lack.
  EXPECT_EQ(tokenizer.encode("\u00e9").size(), 3u);
  EXPECT_EQ(tokenizer.encode("\n").back(), kSpecial + '\n');
}

TEST(TrainTokenizer, KeepsTextAsItIs) {
  const auto tokenizer = train_tokenizer(kTexts, kVocabulary);
  for (const std::string text : {"", "ab  c\n\n b", " a", "\uFF21 caf\u00e9"}) {
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
  }
}

TEST(TrainTokenizer, GivesTheSameBytesAgain) {
  const auto bytes = train_tokenizer(kTexts, kVocabulary).serialized();
  EXPECT_EQ(train_tokenizer(kTexts, kVocabulary).serialized(), bytes);
  const TempFolder folder;
  folder.write("tokenizer.model", bytes);
  EXPECT_EQ(Tokenizer(folder.path()).serialized(), bytes);
}

TEST(TrainTokenizer, RefusesMorePiecesThanTheTextsGive) {
  const auto message = message_of<Error>([] { train_tokenizer(kTexts, 5000); });
  EXPECT_EQ(message.find("model.vocab_size: found 5000"), 0u) << message;
  EXPECT_THROW(train_tokenizer(kTexts, 100), Error);
  EXPECT_THROW(train_tokenizer({}, 300), Error);
}

}  // namespace
}  // namespace mola
