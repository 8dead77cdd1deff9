// mola logits: runs a model over token ids and writes the logits.
#include "base/output_file.h"
#include "cli/commands.h"
#include "cli/model.h"
#include "mola/base/error.h"
#include "mola/config/llama_config.h"
#include "mola/io/safetensors.h"

namespace mola::cli {
namespace {

struct Settings {
  ModelOptions model;
  std::string input;
  std::string output;
};

// The tensor `name`, which has to be int64 [B, T].
torch::Tensor token_tensor(const TensorMap& tensors, const std::string& name,
                           const std::string& path) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) fail(path, ": has no tensor '", name, "'");
  const auto& tensor = found->second;
  if (tensor.dim() != 2 || tensor.scalar_type() != torch::kLong || tensor.numel() == 0) {
    fail(path, ": tensor '", name, "' is ", tensor.scalar_type(), " ", tensor.sizes(),
         ", expected I64 [B, T]");
  }
  return tensor;
}

// attention_mask, undefined if there is none; every row has to have a token.
torch::Tensor attention_mask(const TensorMap& tensors, const torch::Tensor& input_ids,
                             const std::string& path) {
  if (tensors.count("attention_mask") == 0) return {};
  const auto mask = token_tensor(tensors, "attention_mask", path);
  if (mask.sizes() != input_ids.sizes()) {
    fail(path, ": attention_mask is ", mask.sizes(), ", expected ", input_ids.sizes(),
         " like input_ids");
  }
  if (!(mask != 0).any(1).all().item<bool>()) {
    fail(path, ": attention_mask has a row without a token");
  }
  return mask;
}

void check_ids(const torch::Tensor& input_ids, int64_t vocab_size, const std::string& path) {
  const auto lowest = input_ids.min().item<int64_t>();
  const auto highest = input_ids.max().item<int64_t>();
  if (lowest < 0 || highest >= vocab_size) {
    fail(path, ": input_ids holds ", lowest, " to ", highest,
         ", expected 0 to below the model's vocab_size, ", vocab_size);
  }
}

void run(const Settings& settings) {
  check_output_file(settings.output);
  const auto tensors = load_safetensors(settings.input);
  const auto input_ids = token_tensor(tensors, "input_ids", settings.input);
  const auto mask = attention_mask(tensors, input_ids, settings.input);
  check_ids(input_ids, read_llama_config(settings.model.model).vocab_size, settings.input);

  auto model = load_model(settings.model);
  const auto device = model->embed_tokens.device();
  torch::NoGradGuard no_grad;
  const auto hidden =
      model->forward(input_ids.to(device), mask.defined() ? mask.to(device) : torch::Tensor());
  save_safetensors(settings.output, {{"logits", model->logits(hidden).to(torch::kFloat)}});
}

std::function<void()> add_options(CLI::App& app) {
  const auto settings = std::make_shared<Settings>();
  add_model_options(app, settings->model);
  app.add_option("--input", settings->input,
                 "Safetensors file with input_ids and, if padded, attention_mask")
      ->required()
      ->check(not_empty())
      ->type_name("FILE");
  add_output_option(app, settings->output, "FILE");
  return [settings] { run(*settings); };
}

}  // namespace

Command logits_command() {
  return {"logits",
          "Using a model",
          "Compute logits for token ids",
          "Write the fp32 logits [B, T, V] that a model gives for input_ids [B, T].",
          {"mola logits --model models/llama-2-7b --adapter runs/cola/adapter \\\n"
           "      --input ids.safetensors --output logits.safetensors"},
          /*computes=*/true,
          add_options};
}

}  // namespace mola::cli
