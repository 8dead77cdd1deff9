#include "mola/eval/evaluation.h"

#include <gtest/gtest.h>

#include <limits>

#include "mola/base/error.h"
#include "mola/base/log.h"
#include "mola/io/pretrained.h"
#include "support/text_model.h"

namespace mola {
namespace {

TEST(Evaluation, RefusesScoresThatAreNotFinite) {
  const TempFolder folder;
  write_text_model(folder);
  auto model = load_pretrained(folder.path());
  const Tokenizer tokenizer(folder.path());
  {
    torch::NoGradGuard no_grad;
    model->norm->weight.fill_(std::numeric_limits<float>::quiet_NaN());
  }
  EvaluationOptions options;
  options.protocol = Protocol::kScore;
  Example example = {"is it good?\n", "Answer: acceptable."};
  const auto message = [&] {
    return message_of<Error>(
        [&] { evaluate(model, tokenizer, find_task("cola"), {example}, options); });
  };
  const std::string problem =
      ": the score of the answer 'acceptable' is not finite; the weights of the model or its "
      "adapter "
      "may not be either";
  EXPECT_EQ(message(), "row 0 (from 0)" + problem);
  example.place = "dev.tsv:7";
  EXPECT_EQ(message(), "dev.tsv:7" + problem);
}

TEST(Evaluation, WarnsIfMoreThanHalfHaveNoAnswer) {
  const auto warning = [](std::vector<Prediction> predictions) {
    std::string warned;
    set_log_sink([&](LogLevel, const std::string& line) { warned += line; });
    warn_of_missing_answers(find_task("cola"), EvaluationOptions(), predictions);
    set_log_sink({});
    return warned;
  };
  const Prediction answered = {{"acceptable", "acceptable"}, "", {}};
  const Prediction missing = {{"acceptable", ""}, "", {}};
  EXPECT_EQ(warning({answered, missing}), "");
  EXPECT_EQ(warning({answered, missing, missing}),
            "cola: 2 of 3 responses (66 %) have no answer and count as wrong; the model may not "
            "know the task's form of answers, or max_new_tokens, 32, is too small");
}

}  // namespace
}  // namespace mola
