#include "mola/eval/evaluation.h"

#include <gtest/gtest.h>

#include <limits>

#include "mola/base/error.h"
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
      ": found the score nan of the answer 'acceptable', expected a finite number; the weights of "
      "the model or its adapter may not be finite";
  EXPECT_EQ(message(), "row 0 (from 0)" + problem);
  example.place = "dev.tsv:7";
  EXPECT_EQ(message(), "dev.tsv:7" + problem);
}

}  // namespace
}  // namespace mola
