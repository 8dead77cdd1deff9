// Fine-tunes an adapter on a task, as a JSON file says.
#include "program.h"

namespace {

mola::EncodedData load_training_data(const mola::RunConfig& run, int64_t vocab_size) {
  std::optional<mola::Tokenizer> tokenizer;
  if (run.data.task != "tokens") {
    mola::find_task(run.data.task);  // a wrong name is told before a missing tokenizer
    tokenizer.emplace(run.model.path);
  }
  auto data = mola::load_data(run.data, mola::Split::kTrain, tokenizer ? &*tokenizer : nullptr);
  mola::check_vocabulary(data.sequences, vocab_size, run.data.path);
  return data;
}

mola::Llama build_model(const mola::RunConfig& run, const mola::LlamaConfig& config,
                        const mola::AdapterConfig& adapter) {
  const auto device = mola::choose_device(run.model.device);
  const auto dtype = mola::choose_dtype(run.model.dtype, device);
  auto model = mola::build_llama(config, adapter, dtype, device);
  mola::load_base_model(model, run.model.path);
  if (run.adapter.init_from) mola::load_adapter(model, *run.adapter.init_from);
  return model;
}

mola::LoaderOptions loader_options(const mola::RunConfig& run) {
  mola::LoaderOptions options;
  options.batch_size = run.train.batch_size;
  options.micro_batch_size = run.train.micro_batch_size;
  options.shuffle = run.data.shuffle;
  options.group_by_length = run.data.group_by_length;
  options.seed = run.train.seed;
  if (run.data.packing) options.packed_tokens = run.train.micro_batch_size * run.data.max_length;
  return options;
}

// The rows to train on and, where the run holds some out, those to evaluate on.
struct Loaders {
  std::optional<mola::Loader> training;
  std::optional<mola::Loader> validation;
};

Loaders make_loaders(const mola::RunConfig& run, std::vector<mola::Sequence> sequences) {
  auto options = loader_options(run);
  Loaders loaders;
  if (run.data.validation == 0) {
    loaders.training.emplace(std::move(sequences), options);
    return loaders;
  }
  auto parts = mola::hold_out(std::move(sequences), run.data.validation, run.train.seed);
  mola::log_info("held out " + with_commas(static_cast<int64_t>(parts.validation.size())) +
                 " sequences for validation");
  loaders.training.emplace(std::move(parts.training), options);
  options.shuffle = false;
  loaders.validation.emplace(std::move(parts.validation), options);
  return loaders;
}

void log_data(const mola::RunConfig& run, const std::vector<mola::Sequence>& sequences) {
  size_t tokens = 0, longest = 0;
  for (const auto& sequence : sequences) {
    tokens += sequence.input_ids.size();
    longest = std::max(longest, sequence.input_ids.size());
  }
  std::ostringstream line;
  line << "data     " << run.data.task << ": " << with_commas(sequences.size()) << " sequences of "
       << tokens / sequences.size() << " tokens on average, " << longest << " at most";
  mola::log_info(line.str());
}

void finetune(const std::string& path, const std::vector<std::string>& overrides, bool resume) {
  const auto run = mola::read_run_config(path, overrides);
  const auto status = resume ? mola::find_run(run) : mola::RunStatus::kNew;
  if (status == mola::RunStatus::kFinished) {
    mola::log_info("the run in " + run.output.dir + " is finished; nothing to resume");
    return;
  }
  if (status == mola::RunStatus::kNew) {
    mola::check_run_folder(run.output.dir);
    if (resume) mola::log_info("no run in " + run.output.dir + " to resume; starting a new one");
  }
  const auto config = mola::read_llama_config(run.model.path);
  const auto adapter = mola::resolve_adapter(run.adapter, config.num_hidden_layers);
  auto data = load_training_data(run, config.vocab_size);
  log_data(run, data.sequences);
  const auto loaders = make_loaders(run, std::move(data.sequences));

  torch::manual_seed(run.train.seed);
  auto model = build_model(run, config, adapter);
  mola::Trainer trainer(model, *loaders.training, run.train);
  log_model(run.model.path, model);
  log_training(run.train, model, trainer.total_steps());
  const auto* validation = loaders.validation ? &*loaders.validation : nullptr;
  mola::Recorder recorder(trainer, run, validation, status);
  trainer.run([&](const mola::Trainer::Step& step) { recorder.record(step); });
  mola::log_info("adapter saved in " + recorder.finish());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Fine-tunes an adapter on a frozen LLaMA-family model.\n");
  app.footer(
      "\nExample:\n  finetune configs/llama2_7b_cola.json --set adapter.allocation=8642 "
      "--set output.dir=runs/cola_8642");
  std::string config;
  std::vector<std::string> overrides;
  add_config_options(app, config, overrides);
  bool resume = false;
  app.add_flag("--resume", resume, "goes on from the newest checkpoint in output.dir");
  return run_program(app, argc, argv, [&] {
    spin_shortly(argv);
    finetune(config, overrides, resume);
  });
}
