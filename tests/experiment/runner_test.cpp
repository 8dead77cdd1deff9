#include "experiment/runner.h"

#include <gtest/gtest.h>

#include <limits>

#include "mola/base/error.h"
#include "mola/io/pretrained.h"
#include "support/test_files.h"
#include "support/tiny_llama.h"

namespace mola {
namespace {

// It would be null in result.json.
TEST(Runner, RefusesALossThatIsNotFinite) {
  const TempFolder folder;
  write_llama(folder, tiny_llama_config(), random_llama(tiny_llama_config()));
  RunConfig run;
  run.model = {folder.path(), "f32", "cpu"};
  run.data.task = "tokens";
  run.output.dir = "runs/a";
  const Runner runner(run.model, {}, /*has_text=*/false);
  EvaluationRows rows;
  rows.sequences = {{{1, 2, 3}, {1, 2, 3}}};
  auto model = load_pretrained(folder.path());
  EXPECT_GT(runner.score(model, run, rows), 0);
  {
    torch::NoGradGuard no_grad;
    model->norm->weight.fill_(std::numeric_limits<float>::quiet_NaN());
  }
  EXPECT_EQ(message_of<Error>([&] { runner.score(model, run, rows); }),
            "output.dir runs/a: the loss of the trained model is not finite; "
            "a lower train.learning_rate may help");
}

}  // namespace
}  // namespace mola
