// mola merge: folds an adapter into the weights of its base model.
#include "mola/model/merge.h"

#include "cli/commands.h"
#include "cli/options.h"
#include "io/output_folder.h"
#include "mola/base/log.h"
#include "mola/config/llama_config.h"
#include "mola/io/adapter_config_file.h"
#include "mola/io/base_model.h"
#include "mola/io/pretrained.h"
#include "mola/model/device.h"

namespace mola::cli {
namespace {

struct Settings {
  std::string model;
  std::string adapter;
  std::string dtype = "auto";
  std::string output;
};

void run(const Settings& settings) {
  const OutputFolder folder(settings.output);
  const auto dtype = settings.dtype == "auto" ? stored_dtype(settings.model)
                                              : choose_dtype(settings.dtype, torch::kCPU);
  // Checked before the weights are read.
  const auto layers = read_llama_config(settings.model).num_hidden_layers;
  check_mergeable(read_adapter_config(settings.adapter, layers));
  auto model = load_pretrained(settings.model, settings.adapter, dtype);
  auto merged = merge_adapter(model);
  save_base_model(merged, settings.model, settings.output);
  log_info("merged model saved in " + settings.output);
}

std::function<void()> add_options(CLI::App& app) {
  const auto settings = std::make_shared<Settings>();
  add_model_option(app, settings->model);
  add_adapter_option(app, settings->adapter)->required();
  add_output_option(app, settings->output, "DIR");
  add_choice(app, "--output-dtype", settings->dtype, {"auto", "f32", "bf16"},
             "Data type of the merged model; auto: that of the base model's files")
      ->group(kOutputGroup);
  return [settings] { run(*settings); };
}

}  // namespace

Command merge_command() {
  return {"merge",
          "Using a model",
          "Merge an adapter into its base model",
          "Merge a LoRA adapter, or a MoLA adapter with at most one expert per layer, into the\n"
          "weights of its base model, and save a Hugging Face folder.",
          {"mola merge --model models/llama-2-7b --adapter runs/lora/adapter \\\n"
           "      --output models/llama-2-7b-cola"},
          /*computes=*/false,
          add_options};
}

}  // namespace mola::cli
