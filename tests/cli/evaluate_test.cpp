#include <gtest/gtest.h>

#include "mola/data/tokenizer.h"
#include "support/process.h"
#include "support/text_model.h"

namespace mola {
namespace {

// A random model, and three rows of CoLA of which two are acceptable.
class Evaluate : public testing::Test {
 protected:
  Evaluate() {
    write_text_model(folder_);
    folder_.write("cola/dev.tsv",
                  "x\t1\t\tone is good\nx\t0\t*\tgood one is\nx\t1\t\ttwo is good\n");
  }

  ProcessResult evaluate(std::vector<std::string> arguments) {
    const std::vector<std::string> fixed = {"--model", folder_.path(),       "--dtype", "f32",
                                            "--data",  folder_.path("cola"), "--json",  json_};
    arguments.insert(arguments.begin(), fixed.begin(), fixed.end());
    return run("evaluate", arguments);
  }

  nlohmann::json figures() const { return nlohmann::json::parse(folder_.read("figures.json")); }

  TempFolder folder_;
  std::string json_ = folder_.path("figures.json");
};

TEST_F(Evaluate, ScoresTheAnswers) {
  const auto result = evaluate({"--task", "cola", "--protocol", "score"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out.find("task       cola, 3 rows of test\naccuracy   "), 0u) << result.out;
  EXPECT_NE(result.out.find("majority   0.6667"), std::string::npos);
  EXPECT_NE(result.out.find("matthews   "), std::string::npos);
  const auto found = figures();
  EXPECT_EQ(found.at("rows"), 3);
  EXPECT_EQ(found.at("unanswered"), 0);
  int64_t correct = 0;
  for (const auto& row : found.at("predictions")) {
    const double yes = row.at("scores").at("acceptable");
    const double no = row.at("scores").at("unacceptable");
    EXPECT_LT(std::max(yes, no), 0);
    EXPECT_EQ(row.at("predicted"), yes >= no ? "acceptable" : "unacceptable");
    EXPECT_EQ(row.at("correct"), row.at("predicted") == row.at("expected"));
    correct += row.at("correct") ? 1 : 0;
  }
  EXPECT_NEAR(found.at("accuracy").at("value").get<double>(), correct / 3.0, 1e-12);
  EXPECT_EQ(found.at("predictions").at(1).at("expected"), "unacceptable");
}

// "Answer: acceptable." is shorter by three tokens (u, n and one of the space) than the other.
TEST_F(Evaluate, NormalizesByTokens) {
  ASSERT_EQ(evaluate({"--task", "cola", "--protocol", "score"}).exit_code, 0);
  const auto sums = figures();
  ASSERT_EQ(evaluate({"--task", "cola", "--protocol", "score", "--normalize"}).exit_code, 0);
  const auto means = figures();
  const Tokenizer tokenizer(folder_.path());
  const auto prompt = sums.at("predictions").at(0).at("prompt").get<std::string>();
  for (const std::string answer : {"acceptable", "unacceptable"}) {
    const auto whole = tokenizer.encode(prompt + "Answer: " + answer + ".").size();
    const auto tokens = static_cast<double>(whole - tokenizer.encode(prompt).size());
    const double sum = sums.at("predictions").at(0).at("scores").at(answer);
    EXPECT_NEAR(means.at("predictions").at(0).at("scores").at(answer).get<double>(), sum / tokens,
                1e-9);
  }
}

TEST_F(Evaluate, ParsesWhatTheModelWrites) {
  const auto result = evaluate({"--task", "cola", "--limit", "2", "--max-new-tokens", "4"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("2 rows"), std::string::npos);
  EXPECT_NE(result.out.find("no answer  2"), std::string::npos) << result.out;  // it is random
  EXPECT_NE(result.out.find("matthews   0.0000"), std::string::npos) << result.out;
  EXPECT_NE(result.err.find(" warning cola: 2 of 2 responses (100 %) have no answer"),
            std::string::npos)
      << result.err;
  const auto found = figures();
  EXPECT_EQ(found.at("accuracy").at("value"), 0);
  EXPECT_TRUE(found.at("predictions").at(0).at("predicted").is_null());
  EXPECT_TRUE(found.at("predictions").at(0).contains("response"));
}

TEST_F(Evaluate, RefusesWhatItCannotDo) {
  expect_error(evaluate({"--task", "colo"}), {"--task: found 'colo'", "nearest: cola"});
  expect_error(evaluate({"--task", "cola", "--split", "train"}), {"train.tsv"});
  expect_error(evaluate({"--task", "cola", "--protocol", "guess"}), {"guess"});
  expect_error(evaluate({"--task", "cola", "--topic", "birds"}),
               {"--topic: found 'birds'", "no row has a topic"});
  expect_error(evaluate({"--task", "cola", "--normalize"}),
               {"--normalize: has no effect with --protocol generate"});
  expect_error(evaluate({"--task", "cola", "--protocol", "score", "--max-new-tokens", "9"}),
               {"--max-new-tokens: has no effect with --protocol score"});
  EXPECT_EQ(names_in(folder_.path("")).size(), 4u);  // no figures
}

}  // namespace
}  // namespace mola
