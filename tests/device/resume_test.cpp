#include <gtest/gtest.h>

#include "mola/train/checkpoint.h"
#include "support/other_device.h"
#include "support/tensors.h"
#include "support/test_files.h"
#include "support/training_step.h"

namespace mola {
namespace {

// A run that is saved after two of four steps goes on to the same bits.
TEST(ResumeOnDevice, GivesTheSameBits) {
  auto host = model_of_type("mola", torch::kFloat, 0.1);
  LoaderOptions options;
  options.batch_size = 4;
  options.micro_batch_size = 2;
  const Loader loader(rows_that_begin_alike(), options);
  TrainConfig config;
  config.max_steps = 4;
  config.warmup_steps = 1;
  const TempFolder folder;

  auto whole = on_other_device(host);
  Trainer trainer(whole, loader, config);
  trainer.run([&](const Trainer::Step& step) {
    if (step.number != 2) return true;
    RunProgress progress;
    progress.step = 2;
    progress.identity = {"rows", "f32", "device", "base"};
    save_checkpoint(trainer, progress, "", folder.path("checkpoint-2"));
    return true;
  });

  auto resumed = on_other_device(host);
  Trainer second(resumed, loader, config);
  EXPECT_EQ(load_checkpoint(second, folder.path("checkpoint-2")).step, 2);
  second.run();
  auto found = resumed->named_parameters();
  for (const auto& item : whole->named_parameters()) {
    if (item.value().requires_grad()) {
      expect_same(found[item.key()].cpu(), item.value().cpu(), item.key());
    }
  }
}

}  // namespace
}  // namespace mola
