#include <gtest/gtest.h>

#include "mola/train/trainer.h"
#include "support/other_device.h"
#include "support/pretend_device.h"
#include "support/training_step.h"

namespace mola {
namespace {

// A model of `layers` layers, of a bf16 base, as training has it.
Llama bf16_model(int64_t layers, double dropout) {
  LlamaConfig config = tiny_llama_config();
  config.num_hidden_layers = layers;
  config.hidden_size = 64;
  config.intermediate_size = 96;
  config.num_attention_heads = config.num_key_value_heads = 4;
  config.head_dim = 16;
  AdapterSpec spec;
  spec["allocation"] = "8";
  spec["dropout"] = dropout;
  torch::manual_seed(1);
  auto model = build_llama(config, resolve(spec, layers), torch::kBFloat16, pretend_device());
  const torch::NoGradGuard no_grad;
  for (auto& parameter : model->parameters()) parameter.normal_(0, 0.1);
  return model;
}

// What the second step of one micro-batch launches.
DeviceCounts counts_of_step(int64_t layers, double dropout, bool share_prefix) {
  auto model = bf16_model(layers, dropout);
  LoaderOptions options;
  options.batch_size = options.micro_batch_size = 8;
  options.share_prefix = share_prefix;
  const Loader loader(rows_that_begin_alike(), options);
  TrainConfig config;
  config.max_steps = 2;
  config.warmup_steps = 0;
  Trainer trainer(model, loader, config);
  DeviceCounts counts;
  trainer.run([&](const Trainer::Step&) {
    counts = device_counts();
    reset_device_counts();
    return true;
  });
  return counts;
}

// The launches of a layer, a micro-batch and a step: what two more layers add, halved. Says which,
// if there are more than `most`.
void expect_launches(int64_t most, double dropout, bool share_prefix) {
  const auto two = counts_of_step(2, dropout, share_prefix);
  const auto four = counts_of_step(4, dropout, share_prefix);
  DeviceCounts difference;
  for (const auto& [name, count] : four.launches) {
    const auto before = two.launches.find(name);
    difference.launches[name] = count - (before == two.launches.end() ? 0 : before->second);
  }
  EXPECT_LE(difference.total_launches(), 2 * most)
      << "dropout " << dropout << (share_prefix ? ", shared prefixes" : "") << ", of two layers:\n"
      << difference.text();
}

TEST(LaunchesOfALayer, AreFewWithKernels) {
  const DeviceAbilities abilities(FusedAttention::kFlash, /*has_kernels=*/true);
  expect_launches(91, 0, false);
  expect_launches(103, 0.05, false);
  expect_launches(110, 0.05, true);
}

TEST(LaunchesOfALayer, AreBoundedWithoutThem) {
  const DeviceAbilities abilities(FusedAttention::kFlash, /*has_kernels=*/false);
  expect_launches(247, 0, false);
  expect_launches(254, 0, true);
}

}  // namespace
}  // namespace mola
