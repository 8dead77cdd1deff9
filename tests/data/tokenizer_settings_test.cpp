#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "mola/data/tokenizer.h"
#include "support/test_files.h"
#include "support/tiny_tokenizer.h"

namespace mola {
namespace {

using Ids = std::vector<int64_t>;

// The tokenizer of 288 pieces in a folder with further files: 259 is the piece of a space, 260 is
// a, 286 a space and a, 287 bc.
class TokenizerSettingsTest : public testing::Test {
 protected:
  TokenizerSettingsTest() { folder_.write("tokenizer.model", tiny_tokenizer_model()); }

  Tokenizer read() const { return Tokenizer(folder_.path()); }

  Ids encode(const std::string& text) const { return read().encode_with_special_tokens(text); }

  // What is wrong with the file `name` if it holds `text`, after "FILE: ".
  std::string message(const std::string& name, const std::string& text) const {
    const std::string file = folder_.write(name, text);
    const auto found = message_of<Error>([&] { read(); });
    EXPECT_EQ(found.substr(0, file.size() + 2), file + ": ");
    std::filesystem::remove(file);
    return found.substr(std::min(found.size(), file.size() + 2));
  }

  const TempFolder folder_;
};

TEST_F(TokenizerSettingsTest, WithoutFilesAreThoseOfTransformers) {
  EXPECT_EQ(encode("a"), (Ids{1, 286}));
  EXPECT_EQ(encode(""), Ids{1});
  // Text behind a token begins with a space of its own.
  EXPECT_EQ(encode("a</s> bc<s>a<unk>"), (Ids{1, 286, 2, 259, 259, 287, 1, 286, 0}));
  EXPECT_EQ(read().end_ids(), Ids{2});
  EXPECT_EQ(read().num_ids(), 288);
}

TEST_F(TokenizerSettingsTest, MayLeaveOutBos) {
  folder_.write("tokenizer_config.json", R"({"add_bos_token": false, "add_eos_token": true})");
  EXPECT_EQ(encode("a"), Ids{286});
  EXPECT_EQ(encode("<s>a"), (Ids{1, 286}));
}

TEST_F(TokenizerSettingsTest, PutASpaceInFrontOfTheFirstTextOnlyIfNotLegacy) {
  folder_.write("tokenizer_config.json", R"({"legacy": false})");
  EXPECT_EQ(encode("a"), (Ids{1, 286}));
  EXPECT_EQ(encode(" a"), (Ids{1, 259, 286}));
  EXPECT_EQ(encode("a</s> bc</s>a"), (Ids{1, 286, 2, 259, 287, 2, 260}));
  EXPECT_EQ(encode("</s>a"), (Ids{1, 2, 260}));
  EXPECT_EQ(encode(""), Ids{1});
}

TEST_F(TokenizerSettingsTest, AddTokens) {
  folder_.write("tokenizer_config.json", R"({
    "eos_token": "<|im_end|>",
    "added_tokens_decoder": {
      "2": {"content": "</s>", "special": true},
      "288": {"content": "<|im_start|>", "special": true},
      "289": {"content": "<|im_end|>", "special": true},
      "290": {"content": "[x]", "special": false, "lstrip": true, "rstrip": true}}})");
  folder_.write("special_tokens_map.json", R"({"eos_token": "</s>"})");  // not read then
  const auto tokenizer = read();
  const Ids ids = {1, 288, 286, 290, 259, 287, 289};
  EXPECT_EQ(encode("<|im_start|>a [x] bc<|im_end|>"), ids);
  EXPECT_EQ(tokenizer.decode(ids), "a[x]bc");
  EXPECT_EQ(tokenizer.bytes(290), "[x]");
  EXPECT_EQ(tokenizer.bytes(288), "");
  EXPECT_EQ(tokenizer.piece(288), "<|im_start|>");
  EXPECT_EQ(tokenizer.eos_id(), 289);
  EXPECT_EQ(tokenizer.end_ids(), Ids{289});
  EXPECT_EQ(tokenizer.vocab_size(), 288);
  EXPECT_EQ(tokenizer.num_ids(), 291);
  EXPECT_EQ(message_of<Error>([&] { tokenizer.piece(291); }),
            folder_.path("tokenizer.model") + ": found the id 291, expected 0 to 290");
}

TEST_F(TokenizerSettingsTest, AddTokensOfOlderFiles) {
  folder_.write("added_tokens.json", R"({"<|im_end|>": 288})");
  folder_.write("special_tokens_map.json",
                R"({"eos_token": {"content": "<|im_end|>"}, "pad_token": "<pad>",
                    "additional_special_tokens": ["bc", "<y>"]})");
  folder_.write("tokenizer_config.json", R"({"eos_token": "</s>", "bos_token": null})");
  const auto tokenizer = read();
  EXPECT_EQ(tokenizer.eos_id(), 288);
  EXPECT_EQ(tokenizer.bos_id(), 1);
  // Tokens without an id get one of their own, unless they are pieces.
  EXPECT_EQ(encode("<pad><y>bc<|im_end|>"), (Ids{1, 289, 290, 287, 288}));
  EXPECT_EQ(tokenizer.decode({287, 288}), "");
  EXPECT_EQ(encode("</s>"), (Ids{1, 2}));  // still a token
}

TEST_F(TokenizerSettingsTest, GiveNoBosOrEosThatTheModelHasNoEmbeddingFor) {
  const auto file = folder_.path("tokenizer.model");
  EXPECT_NO_THROW(read().check_fits(3));
  folder_.write("tokenizer_config.json", R"({"eos_token": "<|im_end|>"})");
  EXPECT_EQ(message_of<Error>([&] { read().check_fits(288); }),
            file +
                ": the eos_token '<|im_end|>' has the id 288, expected below the model's "
                "vocab_size, 288");
  EXPECT_NO_THROW(read().check_fits(289));
}

TEST_F(TokenizerSettingsTest, NameTheEndsOfAText) {
  folder_.write("config.json", R"({"eos_token_id": 7})");
  folder_.write("generation_config.json", R"({"eos_token_id": [300, 2]})");
  testing::internal::CaptureStderr();
  EXPECT_EQ(read().end_ids(), (Ids{300, 2}));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(read().num_ids(), 301);
  EXPECT_EQ(read().piece(300), "");
  folder_.write("generation_config.json", "{}");
  testing::internal::CaptureStderr();
  EXPECT_EQ(read().end_ids(), (Ids{7, 2}));
  const auto log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find(folder_.path("config.json") +
                     ": eos_token_id: found 7, but the tokenizer's eos_token has the id 2"),
            std::string::npos)
      << log;
}

TEST_F(TokenizerSettingsTest, WarnOfWhatIsNotUsed) {
  folder_.write("tokenizer_config.json", R"({
    "bos_token": "",
    "added_tokens_decoder": {"288": {"content": "x", "single_word": true}}})");
  testing::internal::CaptureStderr();
  EXPECT_EQ(read().bos_id(), 1);
  const auto log = testing::internal::GetCapturedStderr();
  const auto file = folder_.path("tokenizer_config.json");
  EXPECT_NE(log.find(file + ": bos_token: found a token without text"), std::string::npos) << log;
  EXPECT_NE(log.find(file + ": added_tokens_decoder.288.single_word: is not supported"),
            std::string::npos)
      << log;
}

TEST_F(TokenizerSettingsTest, AreChecked) {
  const std::string config = "tokenizer_config.json";
  EXPECT_EQ(message(config, R"({"add_bos_token": "no"})"),
            "add_bos_token: found \"no\", expected true or false");
  EXPECT_EQ(message(config, R"({"eos_token": 7})"),
            "eos_token: found 7, expected the text of a token");
  EXPECT_EQ(
      message(config, R"({"added_tokens_decoder": {"x": {"content": "a"}}})"),
      "added_tokens_decoder.x: is no id of a token, expected a whole number from 0 to 1000000000");
  EXPECT_EQ(message(config, R"({"added_tokens_decoder": {"288": {}}})"),
            "added_tokens_decoder.288.content: found null, expected the text of a token");
  EXPECT_EQ(message("added_tokens.json", R"({"<a>": 288, "<b>": 288})"),
            "<b>: found the id 288, which '<a>' has too");
  EXPECT_EQ(message("added_tokens.json", R"({"": 288})"),
            "found the id 288 of a token without text");
  EXPECT_EQ(message("added_tokens.json", R"({"<pad>": -1})"),
            "<pad>: found -1, expected a whole number from 0 to 1000000000");
  EXPECT_EQ(message("added_tokens.json", R"({"<pad>": 9223372036854775807})"),
            "<pad>: found 9223372036854775807, expected a whole number from 0 to 1000000000");
  EXPECT_EQ(
      message(config, R"({"added_tokens_decoder": {"1000000001": {"content": "a"}}})"),
      "added_tokens_decoder.1000000001: is no id of a token, expected a whole number from 0 to "
      "1000000000");
  EXPECT_EQ(message("config.json", R"({"eos_token_id": ["2"]})"),
            "eos_token_id: found \"2\", expected a whole number from 0 to 1000000000");
}

}  // namespace
}  // namespace mola
