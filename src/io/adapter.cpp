#include "mola/io/adapter.h"

#include <filesystem>
#include <set>

#include "adapters/adapter.h"
#include "base/atomic_folder.h"
#include "base/excerpt.h"
#include "base/output_file.h"
#include "io/adapter_files.h"
#include "mola/base/error.h"
#include "mola/io/safetensors.h"

namespace mola {

std::string adapter_tensors_path(const std::string& folder) {
  const std::string tensors = folder + "/adapter_model.safetensors";
  const std::string pickle = folder + "/adapter_model.bin";
  if (!std::filesystem::exists(tensors) && std::filesystem::exists(pickle)) {
    fail(pickle, ": is a pickle, expected adapter_model.safetensors; convert it with ",
         "tools/convert_adapter.py");
  }
  return tensors;
}

void load_adapter(Llama& model, const std::string& folder) {
  const auto& adapter = find_adapter(model->adapter.type);
  const SafetensorsFile file(adapter_tensors_path(folder));
  std::set<std::string> known;
  const auto tensors = adapter.tensors(model);
  for (const auto& [name, tensor] : tensors) {
    read_tensor_into(file, name, tensor);
    known.insert(name);
  }
  if (adapter.finish_load != nullptr) adapter.finish_load(model, tensors);
  if (adapter.ignored_tensors != nullptr) {
    for (const auto& name : adapter.ignored_tensors(model)) known.insert(name);
  }
  for (const auto& [name, entry] : file.entries()) {
    if (known.count(name) == 0) {
      fail(file.path(), ": tensor '", excerpt(name), "' has no place in this model's adapter");
    }
  }
}

void write_adapter_files(Llama& model, const std::string& folder) {
  const auto& adapter = find_adapter(model->adapter.type);
  save_safetensors(folder + "/adapter_model.safetensors", adapter.tensors(model));
  auto json = adapter.write(model->adapter, model->config);
  json["task_type"] = "CAUSAL_LM";
  json["base_model_name_or_path"] = nullptr;
  write_file(folder + "/adapter_config.json", json.dump(2) + "\n");
}

void save_adapter(Llama& model, const std::string& folder) {
  AtomicFolder output(folder);
  write_adapter_files(model, output.path());
  output.commit();
}

}  // namespace mola
