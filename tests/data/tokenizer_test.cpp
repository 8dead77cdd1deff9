#include "mola/data/tokenizer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "mola/base/error.h"
#include "support/test_files.h"
#include "support/tiny_tokenizer.h"

namespace mola {
namespace {

using Ids = std::vector<int64_t>;

class TokenizerTest : public testing::Test {
 protected:
  TempFolder folder_;
  std::string file_ = folder_.write("tokenizer.model", tiny_tokenizer_model());
  Tokenizer tokenizer_{folder_.path()};
};

TEST_F(TokenizerTest, ReadsFileOrFolder) {
  EXPECT_EQ(tokenizer_.vocab_size(), 288);
  EXPECT_EQ(tokenizer_.bos_id(), 1);
  EXPECT_EQ(tokenizer_.eos_id(), 2);
  EXPECT_EQ(Tokenizer(file_).vocab_size(), 288);
}

TEST_F(TokenizerTest, EncodesWithoutBosAndEos) {
  EXPECT_EQ(tokenizer_.encode("a bc."), (Ids{286, 259, 287, 49}));
  EXPECT_EQ(tokenizer_.encode(""), Ids{});
  EXPECT_EQ(tokenizer_.encode("\n"), (Ids{259, 13}));
}

TEST_F(TokenizerTest, TakesSpecialTokensInTextAsText) {
  EXPECT_EQ(tokenizer_.encode("</s>"), (Ids{259, 63, 50, 278, 65}));
}

TEST_F(TokenizerTest, DecodesWhatItEncoded) {
  for (const std::string text :
       {"", "a bc.", " a", "two  spaces ", "caf\u00e9 \U0001F680\n", "<s>"}) {
    EXPECT_EQ(tokenizer_.decode(tokenizer_.encode(text)), text);
  }
}

TEST_F(TokenizerTest, DecodesSpecialTokensToNothing) {
  EXPECT_EQ(tokenizer_.decode({1, 286, 0, 259, 287, 2}), "a bc");
  EXPECT_EQ(tokenizer_.decode({1, 2}), "");
}

TEST_F(TokenizerTest, NamesPieces) {
  EXPECT_EQ(tokenizer_.piece(1), "<s>");
  EXPECT_EQ(tokenizer_.piece(286), "\u2581a");
  EXPECT_EQ(tokenizer_.piece(49), "<0x2E>");
}

TEST_F(TokenizerTest, RefusesIdsOutsideTheVocabulary) {
  EXPECT_EQ(message_of<Error>([&] {
              tokenizer_.decode({5, 288});
            }),
            file_ + ": found the id 288, expected 0 to 287");
  EXPECT_THROW(tokenizer_.decode({-1}), Error);
  EXPECT_EQ(message_of<Error>([&] { tokenizer_.piece(288); }),
            file_ + ": found the id 288, expected 0 to 287");
  EXPECT_THROW(tokenizer_.decode({int64_t{1} << 32}), Error);
}

TEST(Tokenizer, SaysThatByteLevelBpeIsNotRead) {
  const TempFolder folder;
  const std::string file = folder.write("tokenizer.json", "{}");
  const std::string expected =
      file +
      ": byte-level BPE tokenizers are not supported, expected sentencepiece's tokenizer.model";
  EXPECT_EQ(message_of<Error>([&] { Tokenizer(folder.path()); }), expected);
  EXPECT_EQ(message_of<Error>([&] { Tokenizer tokenizer(file); }), expected);
  folder.write("tokenizer.model", tiny_tokenizer_model());
  EXPECT_NO_THROW(Tokenizer(folder.path()));
}

TEST(Tokenizer, NamesTheFileThatIsNotThere) {
  const TempFolder folder;
  const auto message = [](const std::string& path) {
    return message_of<Error>([&] { Tokenizer tokenizer(path); });
  };
  EXPECT_EQ(message(folder.path()),
            folder.path("tokenizer.model") + ": no such file, but the tokenizer is read from it");
  const std::string expected = ", expected the folder of a model or its tokenizer.model";
  EXPECT_EQ(message(folder.path("llama")),
            folder.path("llama") + ": no such file or folder" + expected);
  const std::string config = folder.write("config.json", "{}");
  EXPECT_EQ(message(config), config + ": is a JSON file" + expected);
}

TEST(Tokenizer, RefusesABrokenFileWithoutPrinting) {
  const TempFolder folder;
  const std::string whole = tiny_tokenizer_model();
  for (const auto& bytes : {std::string(), std::string("not a model"), whole.substr(0, 1000),
                            std::string(5000, '\xFF')}) {
    const std::string file = folder.write("tokenizer.model", bytes);
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const std::string message = message_of<Error>([&] { Tokenizer tokenizer(file); });
    EXPECT_EQ(testing::internal::GetCapturedStdout() + testing::internal::GetCapturedStderr(), "");
    const std::string expected = file + ": is not a sentencepiece model (sentencepiece: ";
    EXPECT_EQ(message.substr(0, expected.size()), expected);
    EXPECT_EQ(message.find('\n'), std::string::npos);
  }
}

// trainer_spec.unk_piece is a letter, and no piece is unknown.
TEST(Tokenizer, NeedsAPieceForWhatIsUnknown) {
  const auto bytes =
      tiny_tokenizer_model() + ProtoWriter().text(2, ProtoWriter().text(45, "a").bytes()).bytes();
  EXPECT_EQ(message_of<Error>([&] { Tokenizer::from_bytes(bytes, "t"); }),
            "t: found bos 1, eos 2 and unk -1, expected all three");
}

TEST(Tokenizer, RefusesAFileAboveTheLimit) {
  const TempFolder folder;
  const std::string file = folder.write("tokenizer.model", tiny_tokenizer_model());
  std::filesystem::resize_file(file, 100'000'001);  // sparse
  EXPECT_EQ(message_of<Error>([&] { Tokenizer tokenizer(file); }),
            file + ": has 100000001 bytes, expected at most 100000000");
}

void expect_golden(const std::string& model, const std::string& golden) {
  const Tokenizer tokenizer(model);
  std::ifstream file(golden);
  size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const auto row = nlohmann::json::parse(line);
    EXPECT_EQ(tokenizer.encode(row["text"].get<std::string>()), row["ids"].get<Ids>()) << line;
    EXPECT_EQ(tokenizer.decode(row["ids"].get<Ids>()), row["decoded"].get<std::string>()) << line;
  }
  EXPECT_EQ(count, 33u);
}

TEST(Tokenizer, GivesTheGoldenIdsOfLlama2) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  expect_golden(test_data("data/llama2-tokenizer"),
                test_data("data/llama2-tokenizer/golden.jsonl"));
}

TEST(Tokenizer, GivesTheGoldenIdsOfStories260K) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  expect_golden(test_data("data/stories260K/hf"),
                test_data("data/stories260K/tok512_golden.jsonl"));
}

}  // namespace
}  // namespace mola
