#include "rows.h"

#include <torch/utils.h>

#include <chrono>
#include <fstream>

#include "mola/data/run_data.h"
#include "mola/io/pretrained.h"
#include "products.h"

namespace mola {
namespace {

using Clock = std::chrono::steady_clock;

double resident_gigabytes() {
  std::ifstream file("/proc/self/statm");
  int64_t pages = 0;
  int64_t resident = 0;
  file >> pages >> resident;
  return static_cast<double>(resident) * 4096 / 1e9;
}

}  // namespace

RowsSpeed time_rows(const RunConfig& run, const std::string& pack_weights) {
  const auto config = read_llama_config(run.model.path);
  const auto adapter = resolve_adapter(run.adapter, config.num_hidden_layers);
  const auto data = load_run_data(run, config);
  torch::manual_seed(run.train.seed);
  auto model = load_for_training(run.model, adapter, {});
  const Loader loader(data.sequences.training, loader_options(run));
  Trainer trainer(model, loader, run.train);

  RowsSpeed speed;
  speed.choice_seconds = choose_timed(model, pack_weights);
  speed.rows = static_cast<int64_t>(data.sequences.training.size());
  auto start = Clock::now();
  trainer.run([&](const Trainer::Step& step) {
    if (step.number <= loader.steps_per_epoch()) {
      speed.tokens += step.tokens;
      speed.computed_tokens += step.computed_tokens;
    }
    if (step.number == 20) speed.gigabytes_after_20_steps = resident_gigabytes();
    if (step.number % loader.steps_per_epoch() == 0) {
      const auto end = Clock::now();
      speed.epoch_seconds.push_back(std::chrono::duration<double>(end - start).count());
      start = end;
    }
    return true;
  });
  speed.gigabytes = resident_gigabytes();
  return speed;
}

}  // namespace mola
