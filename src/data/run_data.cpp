#include "mola/data/run_data.h"

#include "mola/tasks/task.h"

namespace mola {

RunData load_run_data(const RunConfig& run, const Tokenizer* tokenizer, const LlamaConfig& model) {
  auto data = load_data(run.data, Split::kTrain, tokenizer, &model);
  if (run.data.validation == 0) {
    return {{std::move(data.sequences), {}}, {std::move(data.examples), {}}};
  }
  const auto part = [&](auto& rows) {
    return hold_out(std::move(rows), run.data.validation, run.train.seed);
  };
  RunData parts;
  parts.sequences = part(data.sequences);
  if (!data.examples.empty()) parts.examples = part(data.examples);
  return parts;
}

RunData load_run_data(const RunConfig& run, const LlamaConfig& model) {
  if (run.data.task == "tokens") return load_run_data(run, nullptr, model);
  find_task(run.data.task);  // a wrong name is reported before a missing tokenizer
  const Tokenizer tokenizer(run.model.path);
  tokenizer.check_fits(model.vocab_size);
  return load_run_data(run, &tokenizer, model);
}

LoaderOptions loader_options(const RunConfig& run) {
  LoaderOptions options;
  options.batch_size = run.train.batch_size;
  options.micro_batch_size = run.train.micro_batch_size;
  options.shuffle = run.data.shuffle;
  options.group_by_length = run.data.group_by_length;
  options.seed = run.train.seed;
  options.share_prefix = run.data.share_prefix;
  if (run.data.packing) options.packed_tokens = run.train.micro_batch_size * run.data.max_length;
  return options;
}

LoaderOptions evaluation_loader_options(const RunConfig& run) {
  auto options = loader_options(run);
  options.shuffle = false;
  return options;
}

}  // namespace mola
