#include "io/trained_files.h"

#include "base/atomic_folder.h"
#include "io/adapter_files.h"
#include "io/base_model_files.h"
#include "mola/io/adapter.h"
#include "mola/io/base_model.h"

namespace mola {

std::string trained_name(AdapterType type) {
  return type == AdapterType::kFull ? "model" : "adapter";
}

void write_trained_files(Llama& model, const std::string& source, const std::string& folder) {
  if (model->adapter.type == AdapterType::kFull) {
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

void load_trained(Llama& model, const std::string& folder) {
  if (model->adapter.type == AdapterType::kFull) {
    load_base_model(model, folder);
  } else {
    load_adapter(model, folder);
  }
}

}  // namespace mola
