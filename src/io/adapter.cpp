#include "mola/io/adapter.h"

#include <set>

#include "base/atomic_folder.h"
#include "base/output_file.h"
#include "io/adapter_files.h"
#include "io/adapter_format.h"
#include "io/pissa_tensors.h"
#include "mola/base/error.h"
#include "mola/io/safetensors.h"

namespace mola {
namespace {

// Calls `visit` with the name in the file and the tensor of everything the adapter consists of.
void for_each_adapter_tensor(
    Llama& model, const std::function<void(const std::string&, const torch::Tensor&)>& visit) {
  if (!model->prompt_tuning.is_empty()) {
    visit(kPromptEmbeddings, model->prompt_tuning->prompt_embeddings);
  }
  for (size_t j = 0; j < model->layers.size(); ++j) {
    const auto& adaption_prompt = model->layers[j]->self_attn->adaption_prompt;
    if (adaption_prompt.is_empty()) continue;
    const auto layer = static_cast<int64_t>(j);
    // PEFT has a batch of one.
    visit(adaption_name(layer, "adaption_prompt"), adaption_prompt->prompt.detach().unsqueeze(0));
    visit(adaption_name(layer, "adaption_gate"), adaption_prompt->gate);
  }
  model->for_each_projection([&](const ProjectionPlace& place) {
    const auto& mixture = place.mixture();
    if (mixture.is_empty()) return;
    const AdapterNames names(model->adapter.type, place.layer, place.block, place.name);
    for (size_t e = 0; e < mixture->experts.size(); ++e) {
      visit(names.lora_A(static_cast<int64_t>(e)), mixture->experts[e]->lora_A);
      visit(names.lora_B(static_cast<int64_t>(e)), mixture->experts[e]->lora_B);
    }
    if (!mixture->router.is_empty()) visit(names.router(), mixture->router->weight);
  });
}

// The tensors of the adapter's file by their names: those of the model or, where PiSSA's initial
// factors stand beside them, copies.
TensorMap adapter_tensors(Llama& model) {
  TensorMap tensors;
  for_each_adapter_tensor(
      model, [&](const std::string& name, const torch::Tensor& tensor) { tensors[name] = tensor; });
  if (model->adapter.init == Init::kPissa) add_initial_factors(model, tensors);
  return tensors;
}

// The router of a lone expert decides nothing; the official code saves one all the same.
std::set<std::string> idle_routers(Llama& model) {
  std::set<std::string> names;
  model->for_each_projection([&](const ProjectionPlace& place) {
    const auto& mixture = place.mixture();
    if (mixture.is_empty() || !mixture->router.is_empty()) return;
    names.insert(AdapterNames(model->adapter.type, place.layer, place.block, place.name).router());
  });
  return names;
}

}  // namespace

void load_adapter(Llama& model, const std::string& folder) {
  const SafetensorsFile file(adapter_tensors_path(folder));
  auto passed_over = idle_routers(model);
  const auto tensors = adapter_tensors(model);
  for (const auto& [name, tensor] : tensors) {
    read_tensor_into(file, name, tensor);
    passed_over.insert(name);
  }
  if (model->adapter.init == Init::kPissa) take_initial_factors(model, tensors);
  for (const auto& [name, entry] : file.entries()) {
    if (passed_over.count(name) == 0) {
      fail(file.path(), ": tensor '", name, "' has no place in this model's adapter");
    }
  }
}

void write_adapter_files(Llama& model, const std::string& folder) {
  save_safetensors(folder + "/adapter_model.safetensors", adapter_tensors(model));
  write_file(folder + "/adapter_config.json", adapter_config_text(model->adapter, model->config));
}

void save_adapter(Llama& model, const std::string& folder) {
  AtomicFolder output(folder);
  write_adapter_files(model, output.path());
  output.commit();
}

}  // namespace mola
