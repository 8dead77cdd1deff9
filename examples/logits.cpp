// Runs a model, with or without an adapter, over token ids and writes the logits.
#include "program.h"

namespace {

struct Settings {
  ModelOptions model;
  std::string input;
  std::string output;
};

// The tensor `name`, which has to be int64 [B, T].
torch::Tensor token_tensor(const mola::TensorMap& tensors, const std::string& name,
                           const std::string& path) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) mola::fail(path, ": has no tensor '", name, "'");
  const auto& tensor = found->second;
  if (tensor.dim() != 2 || tensor.scalar_type() != torch::kLong || tensor.numel() == 0) {
    mola::fail(path, ": tensor '", name, "' is ", tensor.scalar_type(), " ", tensor.sizes(),
               ", expected I64 [B, T]");
  }
  return tensor;
}

// attention_mask, undefined if there is none; every row has to have a token.
torch::Tensor attention_mask(const mola::TensorMap& tensors, const torch::Tensor& input_ids,
                             const std::string& path) {
  if (tensors.count("attention_mask") == 0) return {};
  const auto mask = token_tensor(tensors, "attention_mask", path);
  if (mask.sizes() != input_ids.sizes()) {
    mola::fail(path, ": attention_mask is ", mask.sizes(), ", expected ", input_ids.sizes(),
               " like input_ids");
  }
  if (!(mask != 0).any(1).all().item<bool>()) {
    mola::fail(path, ": attention_mask has a row without a token");
  }
  return mask;
}

void check_ids(const torch::Tensor& input_ids, int64_t vocab_size, const std::string& path) {
  const auto lowest = input_ids.min().item<int64_t>();
  const auto highest = input_ids.max().item<int64_t>();
  if (lowest < 0 || highest >= vocab_size) {
    mola::fail(path, ": input_ids holds ", lowest, " to ", highest,
               ", expected 0 to below the model's vocab_size, ", vocab_size);
  }
}

void write_logits(const Settings& settings) {
  mola::check_output_file(settings.output);
  const auto tensors = mola::load_safetensors(settings.input);
  const auto input_ids = token_tensor(tensors, "input_ids", settings.input);
  const auto mask = attention_mask(tensors, input_ids, settings.input);
  check_ids(input_ids, mola::read_llama_config(settings.model.model).vocab_size, settings.input);

  auto model = settings.model.load();
  const auto device = model->embed_tokens.device();
  torch::NoGradGuard no_grad;
  const auto hidden =
      model->forward(input_ids.to(device), mask.defined() ? mask.to(device) : torch::Tensor());
  mola::save_safetensors(settings.output, {{"logits", model->logits(hidden).to(torch::kFloat)}});
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Writes the logits [B, T, V] that a model gives for input_ids [B, T].\n");
  app.footer(
      "\nExample:\n  logits --model llama-2-7b --adapter runs/cola/adapter "
      "--input ids.safetensors --output logits.safetensors");
  Settings settings;
  const auto path = [&](const char* name, std::string& value, const char* text) {
    return app.add_option(name, value, text)->check(kNotEmpty)->type_name("PATH");
  };
  add_model_options(app, settings.model);
  path("--input", settings.input, "safetensors with input_ids, and attention_mask if padded")
      ->required();
  path("--output", settings.output, "safetensors with logits, fp32")->required();
  return run_program(app, argc, argv, [&] { write_logits(settings); });
}
