// Trains a tokenizer and a base model on nothing but text, as a JSON file says.
#include "program.h"

namespace {

mola::Loader make_loader(const mola::PretrainConfig& run, const mola::Tokenizer& tokenizer,
                         const std::vector<std::string>& documents) {
  auto sequences = mola::encode_documents(tokenizer, documents, run.max_length);
  int64_t tokens = 0;
  for (const auto& sequence : sequences) tokens += static_cast<int64_t>(sequence.input_ids.size());
  mola::log_info(run.text + ": " + with_commas(static_cast<int64_t>(documents.size())) +
                 " documents, " + with_commas(tokens) + " tokens");
  mola::LoaderOptions options;
  options.batch_size = run.train.batch_size;
  options.micro_batch_size = run.train.micro_batch_size;
  options.seed = run.train.seed;
  options.packed_tokens = run.train.micro_batch_size * run.max_length;
  return {std::move(sequences), options};
}

mola::Llama build_model(const mola::PretrainConfig& run) {
  torch::manual_seed(run.train.seed);
  auto model = mola::build_llama(run.model, {}, torch::kFloat, mola::choose_device("auto"));
  mola::initialize_weights(model);
  mola::unfreeze(model);
  return model;
}

void pretrain(const std::string& path, const std::vector<std::string>& overrides) {
  const auto run = mola::read_pretrain_config(path, overrides);
  mola::check_run_folder(run.output_dir);
  const auto documents = mola::read_documents(run.text);
  const auto tokenizer = mola::train_tokenizer(documents, run.model.vocab_size);
  const auto loader = make_loader(run, tokenizer, documents);
  auto model = build_model(run);
  mola::Trainer trainer(model, loader, run.train);

  log_model("of its own", model);
  log_training(run.train, model, trainer.total_steps());
  mola::make_run_folder(run.output_dir);
  mola::StepLog log(run.output_dir, run.log_every, trainer);
  trainer.run([&](const mola::Trainer::Step& step) {
    log.add(step);
    if (log.is_due(step.number)) log.write(log.means(step));
    return true;
  });
  const std::string folder = run.output_dir + "/model";
  mola::save_base_model(model, tokenizer, folder);
  mola::log_info("base model saved in " + folder);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Trains a tokenizer and a small LLaMA on text, into a Hugging Face folder.\n");
  app.footer(
      "\nExample:\n  pretrain configs/pretrain/quickstart.json --set train.epochs=2 "
      "--set output.dir=runs/base");
  std::string config;
  std::vector<std::string> overrides;
  add_config_options(app, config, overrides);
  return run_program(app, argc, argv, [&] {
    spin_shortly(argv);
    pretrain(config, overrides);
  });
}
