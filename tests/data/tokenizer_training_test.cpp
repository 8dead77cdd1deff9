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

// Longer than the trainer can bear: "acgt" 17,500 times, and 40,000 times a character of 3 bytes.
TEST(TrainTokenizer, TakesWordsOfAnyLength) {
  std::string gene, page;
  for (int i = 0; i < 17500; ++i) gene += "acgt";
  for (int i = 0; i < 40000; ++i) page += "\u4e2d";
  // The space, a, c, g, t and the Chinese character; eight merges.
  const auto tokenizer = train_tokenizer({gene + " " + page}, kSpecial + 256 + 6 + 8);
  EXPECT_EQ(tokenizer.encode("acgtacgt").size(), 2u);  // the space in front is a piece
  EXPECT_EQ(tokenizer.decode(tokenizer.encode(gene)), gene);
  EXPECT_EQ(tokenizer.decode(tokenizer.encode(page)), page);
}

// Words of 4096 bytes are left whole, so a cut between the words changes nothing.
TEST(TrainTokenizer, CutsNoWordOfUsualLength) {
  const std::string word(4096, 'b');
  std::string many_words, as_lines;
  for (int i = 0; i < 20; ++i) {
    many_words += (i == 0 ? "" : " ") + word;
    as_lines += word + "\n";
  }
  const int64_t size = kSpecial + 256 + 2 + 3;  // the space and b; three merges
  const auto found = train_tokenizer({many_words}, size);
  const auto expected = train_tokenizer({as_lines}, size);
  for (int64_t id = 0; id < size; ++id) EXPECT_EQ(found.piece(id), expected.piece(id)) << id;
}

TEST(TrainTokenizer, RefusesMorePiecesThanTheTextsGive) {
  const auto message = message_of<Error>([] { train_tokenizer(kTexts, 5000); });
  EXPECT_EQ(message.find("model.vocab_size: found 5000"), 0u) << message;
  EXPECT_THROW(train_tokenizer(kTexts, 100), Error);
  EXPECT_THROW(train_tokenizer({}, 300), Error);
}

}  // namespace
}  // namespace mola
