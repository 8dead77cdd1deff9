// Fine-tunes an adapter, or all of a model, on a task, as a JSON file says.
#include "program.h"

namespace {

// A run of token ids needs no tokenizer.
std::optional<mola::Tokenizer> load_tokenizer(const mola::RunConfig& run) {
  if (run.data.task == "tokens") return std::nullopt;
  mola::find_task(run.data.task);  // a wrong name is told before a missing tokenizer
  return mola::Tokenizer(run.model.path);
}

void log_data(const mola::RunConfig& run, const mola::HeldOut<mola::Sequence>& sequences) {
  size_t tokens = 0, longest = 0;
  for (const auto& sequence : sequences.training) {
    tokens += sequence.input_ids.size();
    longest = std::max(longest, sequence.input_ids.size());
  }
  const size_t count = sequences.training.size();
  std::ostringstream line;
  line << "data     " << run.data.task << ": " << with_commas(static_cast<int64_t>(count))
       << " sequences of " << tokens / count << " tokens on average, " << longest << " at most";
  mola::log_info(line.str());
  if (sequences.validation.empty()) return;
  mola::log_info("held out " + with_commas(static_cast<int64_t>(sequences.validation.size())) +
                 " sequences for validation");
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
  const auto tokenizer = load_tokenizer(run);
  const auto data = mola::load_run_data(run, tokenizer ? &*tokenizer : nullptr, config.vocab_size);
  log_data(run, data.sequences);

  torch::manual_seed(run.train.seed);
  const auto model = mola::load_for_training(run.model, adapter, run.adapter.init_from);
  mola::Finetune finetune(model, data, run);
  log_model(run.model.path, model);
  log_training(run.train, model, finetune.total_steps());
  const auto folder = finetune.run(status);
  const bool is_full = adapter.type == mola::AdapterType::kFull;
  mola::log_info((is_full ? "model saved in " : "adapter saved in ") + folder);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Fine-tunes a LLaMA-family model: an adapter on its frozen weights, or all of them.\n");
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
