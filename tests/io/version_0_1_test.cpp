// What mola 0.1 saved loads, and gives the logits that it gave then.
#include <gtest/gtest.h>

#include "support/fixture.h"
#include "support/tensors.h"

namespace mola {
namespace {

const std::string kFolder = "version_0_1/";

void expect_logits(Llama model, const std::string& file) {
  torch::NoGradGuard no_grad;
  const auto ids = load_safetensors(reference(kFolder + "ids.safetensors")).at("input_ids");
  const auto expected = load_safetensors(reference(kFolder + file)).at("logits");
  EXPECT_LT(relative_error(model->logits(model->forward(ids)), expected), 1e-5);
}

TEST(Version01, AdapterLoads) {
  expect_logits(load_pretrained(reference("llama/gqa"), reference(kFolder + "run/adapter")),
                "adapter_logits.safetensors");
}

TEST(Version01, BaseModelLoadsWithItsTokenizer) {
  const auto folder = reference(kFolder + "base");
  expect_logits(load_pretrained(folder), "base_logits.safetensors");
  const Tokenizer tokenizer(folder);
  EXPECT_EQ(tokenizer.vocab_size(), 290);
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("the old cat")), "the old cat");
}

}  // namespace
}  // namespace mola
