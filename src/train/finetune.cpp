#include "train/finetune.h"

namespace mola {

Finetune::Finetune(const Llama& model, const RunData& data, const RunConfig& run)
    : config_(run),
      training_(data.sequences.training, loader_options(run)),
      trainer_(model, training_, run.train) {
  if (data.sequences.validation.empty()) return;
  auto options = loader_options(run);
  options.shuffle = false;
  validation_.emplace(data.sequences.validation, options);
}

std::string Finetune::run(RunStatus status) {
  Recorder recorder(trainer_, config_, validation_ ? &*validation_ : nullptr, status);
  trainer_.run([&](const Trainer::Step& step) { recorder.record(step); });
  return recorder.finish();
}

}  // namespace mola
