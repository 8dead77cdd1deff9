#include <gtest/gtest.h>

#include "support/finetune_run.h"
#include "support/tensors.h"
#include "support/text_model.h"

namespace mola {
namespace {

class FullFineTuning : public FinetuneRun {
 protected:
  FullFineTuning() {
    config_["adapter"] = {{"type", "full"}};
    config_["train"]["max_steps"] = 30;
    config_["train"]["learning_rate"] = 0.003;
  }
};

TEST_F(FullFineTuning, LearnsAndSavesAModel) {
  for (const std::string dtype : {"f32", "bf16"}) {
    config_["model"]["dtype"] = dtype;
    const auto result = finetune({"output.dir=" + folder_.path(dtype)});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.err.find("(100 %)"), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("model saved in " + folder_.path(dtype + "/model")),
              std::string::npos)
        << result.err;
    const auto steps = metrics(dtype);
    EXPECT_LT(steps.back()["loss"].get<double>(), 0.8 * steps.front()["loss"].get<double>());
    EXPECT_EQ(names_in(folder_.path(dtype)),
              (std::vector<std::string>{"config.json", "metrics.jsonl", "model"}));
    const auto saved = read_json(folder_.path(dtype + "/model/config.json"));
    EXPECT_EQ(saved["torch_dtype"], dtype == "f32" ? "float32" : "bfloat16");

    // The model is one to go on from, and starts about where the run ended:
    // its first step sees other rows than the last.
    const auto next = finetune({"model.path=" + folder_.path(dtype + "/model"),
                                "output.dir=" + folder_.path(dtype + "_next")});
    ASSERT_EQ(next.exit_code, 0) << next.err;
    EXPECT_LT(metrics(dtype + "_next").front()["loss"].get<double>(),
              1.3 * steps.back()["loss"].get<double>());
  }
}

TEST_F(FullFineTuning, CarriesTheTokenizerAlong) {
  write_text_model(folder_);
  config_["model"]["path"] = folder_.path();
  config_["data"]["task"] = "text";
  config_["data"]["path"] = folder_.write("text.txt", "a bc\nbc a\n");
  config_["data"]["validation"] = 0.5;
  config_["train"]["max_steps"] = 1;
  const auto result = finetune();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const std::string folder : {"run/model", "run/best"}) {
    EXPECT_EQ(names_in(folder_.path(folder)),
              (std::vector<std::string>{"config.json", "model.safetensors", "tokenizer.model"}));
    EXPECT_EQ(folder_.read(folder + "/tokenizer.model"), tiny_tokenizer_model());
  }
}

TEST_F(FullFineTuning, StartsFromNoAdapter) {
  expect_error(finetune({"adapter.init_from=" + folder_.path("a")}),
               {"adapter.init_from: found " + folder_.path("a"), "name a model in model.path"});
}

}  // namespace
}  // namespace mola
