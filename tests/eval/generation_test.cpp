#include "mola/eval/generation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "support/fixture.h"
#include "support/test_files.h"
#include "support/tiny_adapter.h"
#include "support/tiny_tokenizer.h"

namespace mola {
namespace {

using Tokens = std::vector<int64_t>;

const Tokens kNoEos = {};
const std::vector<Tokens> kPrompts = {{1, 5, 9}, {1, 7}, {1, 3, 4, 8, 2}, {1, 12}, {1, 6, 6}};

Llama tiny_generator(int64_t vocab_size = 16) {
  AdapterSpec spec;
  spec["allocation"] = "24";
  spec["rank"] = 2;
  auto config = tiny_llama_config();
  config.vocab_size = vocab_size;
  auto model = tiny_model(resolve(spec, 2), config);
  model->eval();
  return model;
}

// Greedily, with the whole sequence through the model for each token.
Tokens plain_continuation(Llama& model, Tokens tokens, int64_t count) {
  torch::NoGradGuard no_grad;
  Tokens continuation;
  for (int64_t i = 0; i < count; ++i) {
    const auto hidden = model->forward(torch::tensor(tokens, torch::kLong).unsqueeze(0));
    tokens.push_back(model->logits(hidden[0][-1]).argmax().item<int64_t>());
    continuation.push_back(tokens.back());
  }
  return continuation;
}

// Prompts that all begin with the same 18 tokens, one of them with nothing else.
std::vector<Tokens> prompts_of_one_template() {
  auto prompts = kPrompts;
  for (size_t i = 0; i < prompts.size(); ++i) {
    if (i == 1) prompts[i].clear();
    for (int64_t t = 0; t < 18; ++t) prompts[i].insert(prompts[i].begin() + t, (5 * t) % 16);
  }
  return prompts;
}

// So a signal ends it within a token.
TEST(Generation, EndsWithWhatIsThrownBeforeAPass) {
  auto model = tiny_generator();
  GenerationOptions options;
  options.max_new_tokens = 1000;
  int64_t passes = 0;
  options.before_pass = [&] {
    if (++passes == 4) throw std::runtime_error("stop");
  };
  Tokens tokens;
  const auto on_token = [&](size_t, int64_t token) {
    tokens.push_back(token);
    return true;
  };
  EXPECT_EQ(message_of<std::runtime_error>(
                [&] { generate_tokens(model, {kPrompts[0]}, options, kNoEos, on_token, {}); }),
            "stop");
  EXPECT_EQ(tokens, plain_continuation(model, kPrompts[0], 3));
}

struct Result {
  std::vector<Tokens> tokens;
  std::vector<Ending> endings;
};

Result run(
    Llama& model, const GenerationOptions& options, const Tokens& end_ids,
    const std::function<bool(int64_t)>& goes_on = [](int64_t) { return true; },
    const std::vector<Tokens>& prompts = kPrompts) {
  Result result{std::vector<Tokens>(prompts.size()), std::vector<Ending>(prompts.size())};
  generate_tokens(
      model, prompts, options, end_ids,
      [&](size_t i, int64_t token) {
        result.tokens[i].push_back(token);
        return goes_on(token);
      },
      [&](size_t i, Ending ending) { result.endings[i] = ending; });
  return result;
}

GenerationOptions options_of(int64_t batch_size, int64_t max_new_tokens = 6) {
  GenerationOptions options;
  options.batch_size = batch_size;
  options.max_new_tokens = max_new_tokens;
  return options;
}

// With two places for five prompts each place is taken by one after another.
TEST(Generation, EqualsTheWholeSequenceForEveryTokenInAnyBatch) {
  auto model = tiny_generator();
  for (const int64_t batch_size : {1, 2, 5, 16}) {
    const auto result = run(model, options_of(batch_size), kNoEos);
    for (size_t i = 0; i < kPrompts.size(); ++i) {
      EXPECT_EQ(result.tokens[i], plain_continuation(model, kPrompts[i], 6)) << batch_size;
      EXPECT_EQ(result.endings[i], Ending::kLength);
    }
  }
}

TEST(Generation, LeavesOutWhatIsDone) {
  auto model = tiny_generator();
  auto options = options_of(2);
  options.is_done = [](size_t i) { return i == 0 || i == 2; };
  const auto result = run(model, options, kNoEos);
  for (size_t i = 0; i < kPrompts.size(); ++i) {
    const auto expected = options.is_done(i) ? Tokens() : plain_continuation(model, kPrompts[i], 6);
    EXPECT_EQ(result.tokens[i], expected) << i;
  }
  options.is_done = [](size_t) { return true; };
  for (const auto& tokens : run(model, options, kNoEos).tokens) EXPECT_TRUE(tokens.empty());
}

TEST(Generation, GivesTheSameWhereAllPromptsBeginAlike) {
  auto model = tiny_generator();
  const auto prompts = prompts_of_one_template();
  for (const int64_t batch_size : {1, 2, 16}) {
    const auto result = run(
        model, options_of(batch_size), kNoEos, [](int64_t) { return true; }, prompts);
    for (size_t i = 0; i < prompts.size(); ++i) {
      EXPECT_EQ(result.tokens[i], plain_continuation(model, prompts[i], 6)) << batch_size;
    }
  }
}

TEST(Generation, CountsNoVirtualTokens) {
  AdapterSpec spec;
  spec.type = "prompt_tuning";
  spec["num_virtual_tokens"] = 3;
  auto model = tiny_model(resolve(spec, 2));
  model->eval();
  const auto prompts = prompts_of_one_template();
  for (const int64_t batch_size : {1, 2}) {
    const auto alike = run(
        model, options_of(batch_size), kNoEos, [](int64_t) { return true; }, prompts);
    const auto different = run(model, options_of(batch_size), kNoEos);
    for (size_t i = 0; i < prompts.size(); ++i) {
      EXPECT_EQ(alike.tokens[i], plain_continuation(model, prompts[i], 6)) << batch_size;
      EXPECT_EQ(different.tokens[i], plain_continuation(model, kPrompts[i], 6)) << batch_size;
    }
  }
}

TEST(Generation, EndsAtEosAndWhereItIsTold) {
  auto model = tiny_generator();
  const auto whole = run(model, options_of(2), kNoEos);
  const int64_t last = whole.tokens[0][3];
  const auto until = [last](const Tokens& tokens, bool inclusive) {
    const auto found = std::find(tokens.begin(), tokens.end(), last);
    return Tokens(tokens.begin(), found + (inclusive && found != tokens.end() ? 1 : 0));
  };
  const auto by_eos = run(model, options_of(2), {last});
  const auto by_order = run(model, options_of(2), kNoEos, [=](int64_t t) { return t != last; });
  EXPECT_EQ(by_eos.endings[0], Ending::kEos);
  EXPECT_EQ(by_order.endings[0], Ending::kStop);
  for (size_t i = 0; i < kPrompts.size(); ++i) {
    EXPECT_EQ(by_eos.tokens[i], until(whole.tokens[i], false)) << i;
    EXPECT_EQ(by_order.tokens[i], until(whole.tokens[i], true)) << i;
  }
}

// A model may have several tokens that end a text, such as </s> and <|im_end|>.
TEST(Generation, EndsAtTheFirstOfSeveralEnds) {
  auto model = tiny_generator();
  const auto whole = run(model, options_of(2), kNoEos);
  const Tokens ends = {whole.tokens[0][3], whole.tokens[0][1]};
  const auto result = run(model, options_of(2), ends);
  EXPECT_EQ(result.endings[0], Ending::kEos);
  const auto first =
      std::find_first_of(whole.tokens[0].begin(), whole.tokens[0].end(), ends.begin(), ends.end());
  EXPECT_EQ(result.tokens[0], Tokens(whole.tokens[0].begin(), first));
}

TEST(Generation, DrawsTheSameInAnyBatch) {
  auto model = tiny_generator();
  auto options = options_of(1, 12);
  options.sampling.temperature = 5;
  const auto alone = run(model, options, kNoEos).tokens;
  options.batch_size = 3;
  EXPECT_EQ(run(model, options, kNoEos).tokens, alone);
  options.sampling.seed = 1;
  EXPECT_NE(run(model, options, kNoEos).tokens, alone);
}

TEST(Generation, RefusesWhatCannotBeContinued) {
  auto model = tiny_generator();
  const auto ignore = [](auto...) { return true; };
  const auto message = [&](const std::vector<Tokens>& prompts, const GenerationOptions& options) {
    return message_of<Error>(
        [&] { generate_tokens(model, prompts, options, kNoEos, ignore, ignore); });
  };
  EXPECT_EQ(message({{1}, {}}, {}), "prompt 1 (from 0) has no tokens, expected at least one");
  EXPECT_EQ(message({{1}, {1, 16}}, {}),
            "prompt 1 (from 0): found the token id 16, expected below the model's vocab_size, 16");
  EXPECT_EQ(message({{1}}, options_of(0)), "batch_size: found 0, expected at least 1");
  EXPECT_EQ(message({{1}}, options_of(1, 0)), "max_new_tokens: found 0, expected at least 1");
  EXPECT_NO_THROW(generate_tokens(model, {}, {}, kNoEos, ignore, ignore));
}

// What is streamed, part by part, is the text in the end, and the stop string is not in it.
TEST(Generation, StreamsTexts) {
  const TempFolder folder;
  const Tokenizer tokenizer(folder.write("tokenizer.model", tiny_tokenizer_model()));
  auto model = tiny_generator(tokenizer.vocab_size());
  auto options = options_of(2, 20);
  options.sampling.temperature = 100;  // nearly any token
  const std::vector<std::string> prompts = {"a bc", "", "abc"};
  std::vector<std::string> streamed(3);
  std::vector<size_t> ended;
  const GenerationObserver observer = {
      [&](size_t i, const std::string& text) { streamed[i] += text; },
      [&](size_t i, const Generation&) { ended.push_back(i); }};
  const auto texts = generate(model, tokenizer, prompts, options, observer);
  ASSERT_EQ(texts.size(), 3u);
  EXPECT_EQ(ended.size(), 3u);
  for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(texts[i].text, streamed[i]);
  EXPECT_EQ(texts[0].prompt_tokens, 4);  // bos, ▁a, ▁, bc
  EXPECT_EQ(texts[0].tokens, 20);

  options.stop = {texts[0].text.substr(5, 2)};
  const auto stopped = generate(model, tokenizer, {prompts[0]}, options);
  EXPECT_EQ(stopped[0].text, texts[0].text.substr(0, texts[0].text.find(options.stop[0])));
  EXPECT_EQ(stopped[0].ending, Ending::kStop);

  options.stop = {};
  options.is_whole = [](size_t, const std::string& text) { return text.size() > 5; };
  const auto whole = generate(model, tokenizer, {prompts[0]}, options);
  EXPECT_GT(whole[0].text.size(), 5u);
  EXPECT_EQ(whole[0].text, texts[0].text.substr(0, whole[0].text.size()));
  EXPECT_LT(whole[0].tokens, 20);
}

// The story that transformers tells greedily from "Lily", tests/reference/make_generation.py.
TEST(Generation, TellsTheStoryOfTransformers) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  const auto folder = test_data("data/stories260K/hf");
  const Tokenizer tokenizer(folder);
  auto model = load_pretrained(folder);
  std::ifstream file(reference("generation/lily.txt"));
  const std::string expected((std::istreambuf_iterator<char>(file)), {});
  const auto story = generate(model, tokenizer, {"Lily"}, options_of(1, 200))[0];
  EXPECT_EQ(story.text, expected);
  EXPECT_EQ(story.tokens, 200);
}

// Eight prompts of different lengths: each comes out as alone, or the two parted where the best two
// logits were closer than 1e-4.
TEST(Generation, BatchesEqualSinglesOnARealModel) {
  MOLA_SKIP_WITHOUT_TEST_DATA();
  const auto folder = test_data("data/stories260K/hf");
  const Tokenizer tokenizer(folder);
  auto model = load_pretrained(folder);
  const std::vector<std::string> prompts = {
      "Lily",
      "Once upon a time, there was a",
      "Tom and his dog went to the park. They",
      "The big",
      "One day, a little girl named Sue found a key. She wanted to",
      "A cat sat",
      "Ben was sad because",
      "In the morning the sun"};
  const auto together = generate(model, tokenizer, prompts, options_of(8, 100));
  for (size_t i = 0; i < prompts.size(); ++i) {
    const auto alone = generate(model, tokenizer, {prompts[i]}, options_of(1, 100))[0];
    if (together[i].text == alone.text) continue;
    const auto shorter = std::min(together[i].text.size(), alone.text.size());
    size_t common = 0;
    while (common < shorter && together[i].text[common] == alone.text[common]) ++common;
    auto ids = tokenizer.encode(prompts[i] + alone.text.substr(0, common));
    ids.insert(ids.begin(), tokenizer.bos_id());
    torch::NoGradGuard no_grad;
    const auto hidden = model->forward(torch::tensor(ids, torch::kLong).unsqueeze(0));
    const auto best = std::get<0>(model->logits(hidden[0][-1]).topk(2));
    EXPECT_LT((best[0] - best[1]).item<double>(), 1e-4) << prompts[i];
  }
}

}  // namespace
}  // namespace mola
