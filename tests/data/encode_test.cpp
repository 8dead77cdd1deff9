#include "mola/data/encode.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "support/test_files.h"
#include "support/tiny_tokenizer.h"

namespace mola {
namespace {

using Ids = std::vector<int64_t>;

class EncodeTest : public testing::Test {
 protected:
  DataConfig tokens_config(const std::string& lines) {
    DataConfig config;
    config.task = "tokens";
    config.path = folder_.write("train.jsonl", lines);
    return config;
  }

  DataConfig cola_config(const std::string& rows) {
    folder_.write("train.tsv", rows);
    DataConfig config;
    config.task = "cola";
    config.path = folder_.path();
    return config;
  }

  TempFolder folder_;
  Tokenizer tokenizer_{folder_.write("tokenizer.model", tiny_tokenizer_model())};
};

TEST_F(EncodeTest, PutsBosInFrontAndEosBehind) {
  const auto sequence = encode(tokenizer_, {"a ", "bc"}, 10, /*train_on_prompt=*/true);
  EXPECT_EQ(sequence.input_ids, (Ids{1, 286, 259, 287, 2}));
  EXPECT_EQ(sequence.labels, sequence.input_ids);
}

TEST_F(EncodeTest, LeavesThePromptUnlabelled) {
  const auto sequence = encode(tokenizer_, {"a ", "bc"}, 10, /*train_on_prompt=*/false);
  EXPECT_EQ(sequence.input_ids, (Ids{1, 286, 259, 287, 2}));
  EXPECT_EQ(sequence.labels, (Ids{kIgnoreIndex, kIgnoreIndex, kIgnoreIndex, 287, 2}));
}

// Prompt and response are encoded as one string: "b" and "c" merge across the border, and the token
// of both is trained on.
TEST_F(EncodeTest, LabelsATokenThatBeginsInThePrompt) {
  const auto sequence = encode(tokenizer_, {"b", "c"}, 10, /*train_on_prompt=*/false);
  EXPECT_EQ(sequence.input_ids, (Ids{1, 259, 287, 2}));
  EXPECT_EQ(sequence.labels, (Ids{kIgnoreIndex, kIgnoreIndex, 287, 2}));
  // The space before "a" is in the prompt.
  EXPECT_EQ(encode(tokenizer_, {"b ", "a"}, 10, false).labels,
            (Ids{kIgnoreIndex, kIgnoreIndex, kIgnoreIndex, 286, 2}));
}

TEST_F(EncodeTest, LeavesOutBosAndTakesAddedTokensAsTheFolderSays) {
  folder_.write("tokenizer_config.json", R"({"add_bos_token": false, "eos_token": "<|end|>"})");
  const Tokenizer tokenizer(folder_.path());
  const auto sequence = encode(tokenizer, {"a<|end|>", "bc"}, 10, /*train_on_prompt=*/false);
  EXPECT_EQ(sequence.input_ids, (Ids{286, 288, 259, 287, 288}));
  EXPECT_EQ(sequence.labels, (Ids{kIgnoreIndex, kIgnoreIndex, 259, 287, 288}));
}

TEST_F(EncodeTest, CutsOnTheRightAndKeepsEosOnlyIfItFits) {
  EXPECT_EQ(encode(tokenizer_, {"a ", "bc"}, 5, true).input_ids, (Ids{1, 286, 259, 287, 2}));
  EXPECT_EQ(encode(tokenizer_, {"a ", "bc"}, 4, true).input_ids, (Ids{1, 286, 259, 287}));
  EXPECT_EQ(encode(tokenizer_, {"a ", "bc"}, 3, false).labels, Ids(3, kIgnoreIndex));
  EXPECT_EQ(encode(tokenizer_, {"a ", "bc"}, 1, true).input_ids, Ids{1});
}

TEST_F(EncodeTest, LoadsTokensWithoutATokenizer) {
  const auto config = tokens_config("{\"input_ids\": [4, 5]}\n{\"input_ids\": [6, 7]}\n");
  testing::internal::CaptureStderr();
  const auto data = load_data(config, Split::kTrain, nullptr);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  ASSERT_EQ(data.sequences.size(), 2u);
  EXPECT_EQ(data.sequences[0].input_ids, (Ids{4, 5}));
  EXPECT_EQ(data.cut, 0);
}

// One token has no successor to predict, and the label of position 0 is no one's.
TEST_F(EncodeTest, StopsAtTokensWithNothingToTrainOnOrLeavesThemOut) {
  auto config = tokens_config(
      "{\"input_ids\": [7, 8, 9]}\n"
      "{\"input_ids\": [4]}\n"
      "{\"input_ids\": [4, 5], \"labels\": [4, -100]}\n"
      "{\"input_ids\": [4, 5, 6], \"labels\": [-100, -100, 6]}\n");
  config.max_length = 2;
  const std::string problem =
      "found no token to train on within data.max_length 2, expected a labelled one after the "
      "first";
  EXPECT_EQ(message_of<Error>([&] { load_data(config, Split::kTrain, nullptr); }),
            config.path + ":2: " + problem);
  config.on_bad_row = OnBadRow::kSkip;
  testing::internal::CaptureStderr();
  const auto data = load_data(config, Split::kTrain, nullptr);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(data.cut, 1);
  ASSERT_EQ(data.sequences.size(), 1u);
  EXPECT_EQ(data.sequences[0].input_ids, (Ids{7, 8}));
  EXPECT_NE(log.find("1 of 1 sequences are longer than data.max_length 2"), std::string::npos);
  for (const auto* line : {":2: ", ":3: ", ":4: "}) {
    EXPECT_NE(log.find(config.path + line + problem), std::string::npos) << log;
  }
}

// "a" is bos, space and a, and the line break; "b" a token more each.
TEST_F(EncodeTest, StopsAtAPromptThatLeavesNoRoomForTheResponseOrLeavesItOut) {
  DataConfig config;
  config.task = "text";
  config.path = folder_.write("a.jsonl",
                              "{\"question\": \"a\", \"response\": \"bc.\"}\n"
                              "{\"question\": \"abc\", \"response\": \"c\"}\n");
  config.max_length = 4;
  const std::string place = config.path + ":2: found a prompt of ";
  for (const bool train_on_prompt : {true, false}) {
    config.train_on_prompt = train_on_prompt;
    config.on_bad_row = OnBadRow::kStop;
    EXPECT_EQ(message_of<Error>([&] { load_data(config, Split::kTrain, &tokenizer_); }),
              place + "4 tokens, expected fewer than data.max_length, which is 4");
    config.on_bad_row = OnBadRow::kSkip;
    testing::internal::CaptureStderr();
    const auto data = load_data(config, Split::kTrain, &tokenizer_);
    EXPECT_NE(testing::internal::GetCapturedStderr().find(place), std::string::npos);
    ASSERT_EQ(data.sequences.size(), 1u);
    EXPECT_EQ(data.examples[0].prompt, "a\n");
    EXPECT_EQ(data.cut, 1);
  }
}

TEST_F(EncodeTest, DrawsASampleOfText) {
  DataConfig config;
  config.task = "text";
  std::string lines;
  for (int i = 0; i < 9; ++i)
    lines += R"({"question": "a", "response": "bc."})"
             "\n";
  config.path = folder_.write("a.jsonl", lines);
  config.sample = 4;
  EXPECT_EQ(load_data(config, Split::kTrain, &tokenizer_).sequences.size(), 4u);
  config.sample = 10;
  EXPECT_EQ(message_of<Error>([&] { load_data(config, Split::kTrain, &tokenizer_); }),
            "data.sample: found 10, expected at most the number of rows, 9");
  config = tokens_config("{\"input_ids\": [4, 5]}\n");
  config.sample = 1;
  EXPECT_EQ(message_of<Error>([&] { load_data(config, Split::kTrain, nullptr); }),
            "data.sample: applies to tasks of text only, found the task tokens");
  config.sample.reset();
  config.topic = "stars";
  EXPECT_EQ(message_of<Error>([&] { load_data(config, Split::kTrain, nullptr); }),
            "data.topic: applies to tasks of text only, found the task tokens");
}

TEST_F(EncodeTest, RefusesDataWithNothingToTrainOn) {
  const auto config = tokens_config("\n");
  EXPECT_EQ(message_of<Error>([&] { load_data(config, Split::kTrain, nullptr); }),
            "data.path: " + config.path + " has no rows");
}

TEST_F(EncodeTest, LoadsATextTaskUpToTheLimit) {
  auto config = cola_config("x\t1\t\ta\nx\t0\t\tb\nx\t1\t\tc\n");
  config.max_length = 1000;
  config.limit = 2;
  const auto data = load_data(config, Split::kTrain, &tokenizer_);
  ASSERT_EQ(data.sequences.size(), 2u);
  const Example second = find_task("cola").read(config.path, Split::kTrain, OnBadRow::kStop)[1];
  EXPECT_EQ(data.sequences[1].input_ids, encode(tokenizer_, second, 1000, true).input_ids);
}

TEST_F(EncodeTest, PassesOverBadRowsIfAsked) {
  auto config = cola_config("x\t7\t\ta\nx\t0\t\tb\n");
  config.max_length = 1000;
  EXPECT_THROW(load_data(config, Split::kTrain, &tokenizer_), Error);
  config.on_bad_row = OnBadRow::kSkip;
  testing::internal::CaptureStderr();
  EXPECT_EQ(load_data(config, Split::kTrain, &tokenizer_).sequences.size(), 1u);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("train.tsv:1: "), std::string::npos);
}

// Ids from 6 on are outside the model's vocabulary.
TEST_F(EncodeTest, StopsAtAnIdOutsideTheVocabularyOrLeavesItOut) {
  LlamaConfig model;
  model.vocab_size = 6;
  auto config = tokens_config(
      "{\"input_ids\": [1, 5]}\n"
      "{\"input_ids\": [1, 2, 6]}\n"
      "{\"input_ids\": [1, 2], \"labels\": [-100, 7]}\n");
  const std::string expected = ", expected below the model's vocab_size, 6";
  EXPECT_EQ(message_of<Error>([&] { load_data(config, Split::kTrain, nullptr, &model); }),
            config.path + ":2: input_ids[2]: found 6" + expected);
  config.on_bad_row = OnBadRow::kSkip;
  testing::internal::CaptureStderr();
  const auto data = load_data(config, Split::kTrain, nullptr, &model);
  const std::string log = testing::internal::GetCapturedStderr();
  ASSERT_EQ(data.sequences.size(), 1u);
  EXPECT_EQ(data.sequences[0].input_ids, (Ids{1, 5}));
  EXPECT_NE(log.find(config.path + ":3: labels[1]: found 7" + expected + "; row skipped"),
            std::string::npos)
      << log;
}

TEST_F(EncodeTest, ChecksTheIdsOfText) {
  LlamaConfig model;
  model.vocab_size = 287;
  const auto config = cola_config("x\t1\t\tbc\n");
  EXPECT_NE(message_of<Error>([&] {
              load_data(config, Split::kTrain, &tokenizer_, &model);
            }).find("train.tsv:1: input_ids["),
            std::string::npos);
}

TEST_F(EncodeTest, WarnsOfSequencesLongerThanTheModelIsMadeFor) {
  LlamaConfig model;
  model.vocab_size = 6;
  model.max_position_embeddings = 3;
  const auto config = tokens_config("{\"input_ids\": [1, 2, 3, 4]}\n{\"input_ids\": [1, 2]}\n");
  const auto log_of = [&] {
    testing::internal::CaptureStderr();
    load_data(config, Split::kTrain, nullptr, &model);
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_NE(
      log_of().find(config.path + ": the longest sequence has 4 tokens, more than the model's "
                                  "max_position_embeddings, 3"),
      std::string::npos);
  model.max_position_embeddings = 4;
  EXPECT_EQ(log_of(), "");
}

TEST_F(EncodeTest, RefusesSettingsThatDoNotFit) {
  const auto message = [&](DataConfig config, Split split = Split::kTrain) {
    return message_of<Error>([&] { load_data(config, split, nullptr); });
  };
  auto config = tokens_config("{\"input_ids\": [4, 5]}\n");
  EXPECT_NE(message(config, Split::kTest).find("expected a folder with the split test"),
            std::string::npos);
  config.max_length = 0;
  EXPECT_EQ(message(config), "data.max_length: found 0, expected at least 1");
  config.max_length = 5;
  config.limit = 0;
  EXPECT_EQ(message(config), "data.limit: found 0, expected at least 1");
  config.limit = 1;
  config = cola_config("x\t1\t\ta\n");
  EXPECT_EQ(message(config), "data.task: cola is text, expected a tokenizer");
}

TEST_F(EncodeTest, EncodesTheRealFiles) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  DataConfig config;
  config.task = "mrpc";
  config.path = test_data("data/glue/MRPC");
  config.train_on_prompt = false;
  const Tokenizer llama(test_data("data/llama2-tokenizer"));
  const auto data = load_data(config, Split::kTrain, &llama);
  EXPECT_EQ(data.sequences.size(), 4076u);
  EXPECT_EQ(data.cut, 0);
  const auto& first = data.sequences[0];
  Ids response;
  for (const int64_t label : first.labels) {
    if (label != kIgnoreIndex) response.push_back(label);
  }
  EXPECT_EQ(llama.decode(response), "Answer: equivalent.");
  EXPECT_EQ(response.back(), llama.eos_id());
}

}  // namespace
}  // namespace mola
