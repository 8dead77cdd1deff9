#include "io/trained_files.h"

#include "base/atomic_folder.h"
#include "base/json_file.h"
#include "config/adapter_type.h"
#include "io/adapter_files.h"
#include "io/base_model_files.h"
#include "io/weight_index.h"
#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "mola/io/adapter.h"
#include "mola/io/base_model.h"

namespace mola {

namespace {

std::string name_of_folder(bool trains_base) { return trains_base ? "model" : "adapter"; }

}  // namespace

std::string trained_name(const AdapterConfig& adapter) {
  return name_of_folder(adapter.trains_base);
}

std::string trained_name(const AdapterSpec& adapter) {
  return name_of_folder(type_of(adapter, adapter_types()).trains_base);
}

void write_trained_files(Llama& model, const std::string& source, const std::string& folder) {
  if (model->adapter.trains_base) {
    write_base_model_files(model, source, folder);
  } else {
    write_adapter_files(model, folder);
  }
}

void save_trained(Llama& model, const std::string& source, const std::string& folder) {
  AtomicFolder output(folder);
  write_trained_files(model, source, output.path());
  output.commit();
}

std::string damage_of(const std::string& folder, bool trains_base) {
  try {
    if (trains_base) {
      read_llama_config(folder);
      const WeightIndex weights(folder);
    } else {
      read_json_file(folder + "/adapter_config.json");
      const SafetensorsFile tensors(adapter_tensors_path(folder));
    }
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

void load_trained(Llama& model, const std::string& folder) {
  if (model->adapter.trains_base) {
    load_base_model(model, folder);
  } else {
    load_adapter(model, folder);
  }
}

}  // namespace mola
