#include <gtest/gtest.h>

#include "mola/data/collate.h"
#include "mola/train/flat_parameters.h"
#include "support/other_device.h"
#include "support/pretend_device.h"
#include "support/training_step.h"

namespace mola {
namespace {

// What a forward pass of 32 tokens at LLaMA-2-7B's width keeps for the backward pass.
int64_t bytes_kept(int64_t layers) {
  auto config = llama2_7b_config();
  config.num_hidden_layers = layers;
  config.vocab_size = 256;
  AdapterSpec spec;
  spec["allocation"] = "8";
  spec["dropout"] = 0.05;
  auto model = build_llama(config, resolve(spec, layers), torch::kBFloat16, other_device());
  model->train();
  const std::vector<Sequence> rows(4, {std::vector<int64_t>(8, 3), std::vector<int64_t>(8, 3)});
  MicroBatch sequences;
  for (const auto& row : rows) sequences.push_back(&row);
  const FlatParameters parameters(*model);  // the experts in bf16 are its
  const auto batch = collate(sequences, other_device());
  const auto before = device_counts().live_bytes;
  RoutingTrace trace;
  const auto hidden = model->forward(batch.tokens, &trace, DropoutKey{});
  return device_counts().live_bytes - before;
}

TEST(MemoryOfALayer, IsBounded) {
  const DeviceAbilities abilities(FusedAttention::kFlash, /*has_kernels=*/true);
  EXPECT_LE((bytes_kept(2) - bytes_kept(1)) / 32, 95'400) << "bytes of a token and layer";
}

}  // namespace
}  // namespace mola
