// Folds an adapter into the weights of its base model.
#include "program.h"

namespace {

struct Settings {
  std::string model;
  std::string adapter;
  std::string output;
  std::string dtype = "auto";
};

void merge(const Settings& settings) {
  mola::check_output_folder(settings.output, "--output");
  const auto dtype = settings.dtype == "auto" ? mola::stored_dtype(settings.model)
                                              : mola::choose_dtype(settings.dtype, torch::kCPU);
  auto model = mola::load_pretrained(settings.model, settings.adapter, dtype);
  auto merged = mola::merge_adapter(model);
  mola::save_base_model(merged, settings.model, settings.output);
  mola::log_info("merged model saved in " + settings.output);
}

void add_folder(CLI::App& app, const char* name, std::string& folder, const char* description) {
  app.add_option(name, folder, description)->required()->check(kNotEmpty)->type_name("PATH");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Folds a LoRA adapter, or a MoLA one with at most one expert in each layer, into the "
      "weights of its base model: a Hugging Face folder.\n");
  app.footer(
      "\nExample:\n  merge --model llama-2-7b --adapter runs/lora/adapter --output "
      "llama-2-7b-cola");
  Settings settings;
  add_folder(app, "--model", settings.model, "Hugging Face folder");
  add_folder(app, "--adapter", settings.adapter, "folder of a saved adapter");
  add_folder(app, "--output", settings.output, "a new folder");
  app.add_option("--dtype", settings.dtype, "of the output; auto is that of the model's files")
      ->check(CLI::IsMember({"auto", "f32", "bf16"}))
      ->capture_default_str();
  return run_program(app, argc, argv, [&] { merge(settings); });
}
