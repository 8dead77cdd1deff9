#include "mola/io/pretrained.h"

#include "adapters/adapter.h"
#include "mola/data/tokenizer.h"
#include "mola/io/adapter.h"
#include "mola/io/base_model.h"
#include "mola/model/builders.h"
#include "mola/model/device.h"

namespace mola {
Llama load_pretrained(const std::string& model_folder, const std::string& adapter_folder,
                      torch::Dtype dtype, torch::Device device) {
  const auto config = read_llama_config(model_folder);
  const auto adapter = adapter_folder.empty()
                           ? AdapterConfig{}
                           : read_adapter_config(adapter_folder, config.num_hidden_layers);
  auto model = build_llama(config, adapter, dtype, device);
  load_base_model(model, model_folder);
  if (!adapter_folder.empty()) load_adapter(model, adapter_folder);
  model->eval();
  return model;
}

Llama load_for_training(const ModelConfig& base, const AdapterConfig& adapter,
                        const std::optional<std::string>& init_from) {
  const auto device = choose_device(base.device);
  const auto dtype = choose_dtype(base.dtype, device);
  auto model = build_llama(read_llama_config(base.path), adapter, dtype, device);
  load_base_model(model, base.path);
  start_adapter(model, base.path, init_from);
  return model;
}

void start_adapter(Llama& model, const std::string& base_folder,
                   const std::optional<std::string>& init_from) {
  if (init_from) return load_adapter(model, *init_from);
  if (model->adapter.is_none()) return;
  const auto& adapter = find_adapter(model->adapter.type);
  if (adapter.start == nullptr) return;
  adapter.start(model, [&](const std::string& text) {
    return Tokenizer(base_folder).encode_with_special_tokens(text);
  });
}

}  // namespace mola
