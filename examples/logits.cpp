// Runs a model, with or without an adapter, over token ids and writes the logits.
#include "program.h"

namespace {

struct Settings {
  std::string model;
  std::string adapter;
  std::string input;
  std::string output;
  std::string dtype = "auto";
  std::string device = "auto";
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

void write_logits(const Settings& settings) {
  const auto tensors = mola::load_safetensors(settings.input);
  const auto input_ids = token_tensor(tensors, "input_ids", settings.input);
  torch::Tensor mask;
  if (tensors.count("attention_mask") > 0) {
    mask = token_tensor(tensors, "attention_mask", settings.input);
    if (mask.sizes() != input_ids.sizes()) {
      mola::fail(settings.input, ": attention_mask is ", mask.sizes(), ", expected ",
                 input_ids.sizes(), " like input_ids");
    }
  }
  const auto device = mola::choose_device(settings.device);
  auto model = mola::load_pretrained(settings.model, settings.adapter,
                                     mola::choose_dtype(settings.dtype, device), device);
  const auto vocab_size = model->config.vocab_size;
  const auto lowest = input_ids.min().item<int64_t>();
  const auto highest = input_ids.max().item<int64_t>();
  if (lowest < 0 || highest >= vocab_size) {
    mola::fail(settings.input, ": input_ids holds ", lowest, " to ", highest,
               ", expected 0 to below the model's vocab_size, ", vocab_size);
  }
  torch::NoGradGuard no_grad;
  const auto hidden =
      model->forward(input_ids.to(device), mask.defined() ? mask.to(device) : torch::Tensor());
  const auto logits = model->logits(hidden).to(torch::kFloat);
  mola::save_safetensors(settings.output, {{"logits", logits}});
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Writes the logits [B, T, V] that a model gives for input_ids [B, T].\n");
  app.footer(
      "\nExample:\n  logits --model llama-2-7b --adapter runs/cola/adapter "
      "--input ids.safetensors --output logits.safetensors");
  Settings settings;
  app.add_option("--model", settings.model, "Hugging Face folder")->required()->type_name("DIR");
  app.add_option("--adapter", settings.adapter, "a saved adapter")->type_name("DIR");
  app.add_option("--input", settings.input, "input_ids, and attention_mask if there is padding")
      ->required()
      ->type_name("FILE");
  app.add_option("--output", settings.output, "logits, fp32")->required()->type_name("FILE");
  app.add_option("--dtype", settings.dtype)->check(CLI::IsMember({"auto", "f32", "bf16"}));
  app.add_option("--device", settings.device)->check(CLI::IsMember({"auto", "cpu", "cuda"}));
  return run_program(app, argc, argv, [&] { write_logits(settings); });
}
