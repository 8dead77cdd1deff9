#include "mola/model/parameter_count.h"

#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/model/builders.h"
#include "support/tiny_llama.h"

namespace mola {
namespace {

TEST(ParameterCount, CountsByHandOnTheMetaDevice) {
  LlamaConfig config;
  config.vocab_size = 10;
  config.hidden_size = 4;
  config.intermediate_size = 6;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 2;
  config.num_key_value_heads = 1;
  config.head_dim = 2;
  AdapterSpec spec;
  spec["allocation"] = "13";
  spec["rank"] = 2;
  spec["target_modules"] = std::vector<std::string>{"q_proj", "down_proj"};
  const auto model = build_llama(config, resolve(spec, 2), torch::kBFloat16, torch::kMeta);
  const auto count = count_parameters(model);
  // q_proj [4, 4] and down_proj [4, 6] with experts of rank 2: 16 and 20 each, and from two
  // experts on a router of 4 and 6 for each.
  EXPECT_EQ(count.trainable_per_layer, (std::vector<int64_t>{16 + 20, 3 * (16 + 20 + 4 + 6)}));
  EXPECT_EQ(count.trainable, 36 + 138);
  // q and o 16 each, k and v 8 each, three of 24, two norms of 4; embedding and head 40 each.
  const int64_t frozen = 2 * (32 + 16 + 72 + 8) + 4 + 80;
  EXPECT_EQ(count.total, frozen + 36 + 138);
}

// The figures of the paper for LLaMA-2-7B.
TEST(ParameterCount, IsThePapersForPrompts) {
  const auto config = llama2_7b_config();
  const auto trainable = [&](const std::string& type) {
    AdapterSpec spec;
    spec.type = type;
    return count_parameters(build_llama(config, resolve(spec, 32), torch::kBFloat16, torch::kMeta))
        .trainable;
  };
  EXPECT_EQ(trainable("prompt_tuning"), 163840);
  EXPECT_EQ(trainable("llama_adapter"), 5242912);
}

}  // namespace
}  // namespace mola
