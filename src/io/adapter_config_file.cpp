#include "mola/io/adapter_config_file.h"

#include <optional>

#include "adapters/adapter.h"
#include "base/input_file.h"
#include "base/json_file.h"
#include "io/adapter_files.h"
#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "mola/io/safetensors_file.h"

namespace mola {
namespace {

// The shapes of the tensors of the adapter in `folder`, whose file is read once, on demand.
std::function<std::map<std::string, std::vector<int64_t>>()> shapes_in(const std::string& folder) {
  std::optional<std::map<std::string, std::vector<int64_t>>> shapes;
  return [folder, shapes]() mutable {
    if (shapes) return *shapes;
    const SafetensorsFile file(adapter_tensors_path(folder));
    shapes.emplace();
    for (const auto& [name, entry] : file.entries()) (*shapes)[name] = entry.shape;
    return *shapes;
  };
}

}  // namespace

AdapterConfig read_adapter_config(const std::string& folder, int64_t num_layers,
                                  const NumberOrList& unsaved_top_k) {
  check_input_folder("adapter", folder);
  const std::string path = folder + "/adapter_config.json";
  const nlohmann::json object = read_json_file(path);
  if (!object.is_object()) fail(path, ": expected an object");
  ConfigSource source{path, {}, {}};
  const JsonReader reader(object, source, "");
  const SavedAdapter saved = {reader, num_layers, unsaved_top_k,
                              folder + "/adapter_model.safetensors", shapes_in(folder)};
  const auto& adapter = find_saved_adapter(saved);
  auto config = adapter.read(saved);
  config.type = adapter.type.name;
  return config;
}

AdapterConfig resolve_adapter(const AdapterSpec& spec, int64_t num_layers) {
  if (!spec.init_from) return resolve(spec, num_layers);
  const auto& type = type_of(spec, adapter_types());
  if (type.trains_base) {
    fail("adapter.init_from: found ", *spec.init_from, ", but the type ", type.name,
         " cannot start from an adapter; name a model in model.path");
  }
  const nlohmann::json settings = settings_json(spec);
  ConfigSource source;
  const auto top_k =
      JsonReader(settings, source, "adapter").number_or_list("top_k").value_or(kDefaultTopK);
  return resolve(spec, num_layers, read_adapter_config(*spec.init_from, num_layers, top_k));
}

}  // namespace mola
