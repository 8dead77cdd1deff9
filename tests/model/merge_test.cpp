#include "mola/model/merge.h"

#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "support/tensors.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

AdapterSpec tiny_spec(const std::string& type) {
  AdapterSpec spec;
  spec.type = type;
  spec["rank"] = std::vector<int64_t>{3, 2};
  spec["alpha"] = 6;
  return spec;
}

AdapterSpec tiny_mola(const std::string& allocation) {
  auto spec = tiny_spec("mola");
  spec["allocation"] = allocation;
  return spec;
}

TEST(MergeAdapter, GivesTheSameLogits) {
  for (const auto& spec :
       {tiny_spec("lora"), tiny_mola("01"), tiny_mola(R"({"attention": [0, 1], "mlp": "10"})")}) {
    auto model = tiny_model(resolve(spec, 2));
    model->eval();
    const auto ids = torch::tensor({{1, 5, 7, 3}});
    const auto expected = model->logits(model->forward(ids));
    auto merged = merge_adapter(model);
    EXPECT_LT(relative_error(merged->logits(merged->forward(ids)), expected), 1e-5);
    expect_same(model->logits(model->forward(ids)), expected);
    EXPECT_TRUE(merged->adapter.target_modules.empty());
  }
}

// W + (alpha / r) B A with alpha 6, r 3 and all of A and B 1 is W + 6. It is rounded once: the
// numbers of bf16 beside 256 + 2 * 3 * 0.2 are 256 and 258.
TEST(MergeAdapter, AddsUpInFp32) {
  auto spec = tiny_spec("lora");
  spec["rank"] = 3;
  auto model = build_llama(tiny_llama_config(), resolve(spec, 2), torch::kBFloat16);
  {
    torch::NoGradGuard no_grad;
    for (auto& parameter : model->parameters()) parameter.fill_(1);
    model->layers[1]->mlp->down->weight.fill_(256);
    model->layers[1]->mlp->down->mixtures[0]->experts[0]->lora_B.fill_(0.2);
  }
  const auto merged = merge_adapter(model);
  EXPECT_TRUE((merged->layers[0]->self_attn->qkv->weight == 7).all().item<bool>());
  EXPECT_TRUE((merged->layers[1]->mlp->down->weight == 258).all().item<bool>());
  EXPECT_TRUE((merged->norm->weight == 1).all().item<bool>());
}

TEST(MergeAdapter, RefusesWhatFoldsIntoNoWeight) {
  auto routed = tiny_model(resolve(
      tiny_mola(R"({"attention": "1", "gate_proj": "1", "up_proj": [1, 3], "down_proj": "1"})"),
      2));
  EXPECT_EQ(message_of<Error>([&] { merge_adapter(routed); }),
            "the adapter has 3 experts in layer 1, up_proj: their weights differ from token to "
            "token, so they cannot be merged");
  AdapterSpec prompts;
  prompts.type = "prompt_tuning";
  auto prompted = tiny_model(resolve(prompts, 2));
  EXPECT_NE(message_of<Error>([&] { merge_adapter(prompted); }).find("consists of prompts"),
            std::string::npos);
}

}  // namespace
}  // namespace mola
