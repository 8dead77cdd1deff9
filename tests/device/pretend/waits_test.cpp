#include <gtest/gtest.h>

#include "mola/train/trainer.h"
#include "support/other_device.h"
#include "support/pretend_device.h"
#include "support/training_step.h"

namespace mola {
namespace {

// Reading losses and picks is the only reason to wait, and that is left to who wants them.
TEST(TrainingOnDevice, WaitsForNothing) {
  for (const bool has_kernels : {false, true}) {
    const DeviceAbilities abilities(FusedAttention::kFlash, has_kernels);
    auto model = small_model_of_type("mola", torch::kFloat, 0.1);
    auto copy = on_other_device(model);
    LoaderOptions options;
    options.batch_size = 4;
    options.micro_batch_size = 2;
    options.share_prefix = true;
    const Loader loader(rows_that_begin_alike(), options);
    TrainConfig config;
    config.max_steps = 4;
    config.warmup_steps = 1;
    Trainer trainer(copy, loader, config);
    std::vector<Trainer::Step> kept;
    trainer.run([&](const Trainer::Step& step) {
      kept.push_back(step);
      if (step.number == 1) reset_device_counts();
      return step.number < 3;
    });
    const auto counts = device_counts();
    EXPECT_EQ(counts.waits, 0);
    EXPECT_EQ(counts.copies_to_host, 0);
    EXPECT_EQ(counts.copies_to_device, 4) << "one for each micro-batch of two steps";
  }
}

}  // namespace
}  // namespace mola
