#pragma once

#include <string>
#include <vector>

#include "config/fields.h"
#include "mola/config/adapter_spec.h"

namespace mola {

/// An object of a config file: its key, its purpose and its fields.
struct ConfigObject {
  std::string key;
  std::string help;
  std::vector<FieldInfo> fields;
};

ConfigObject model_object();
/// The keys of all types of adapter, each once.
ConfigObject adapter_object(const AdapterTypes& types);
ConfigObject data_object();
ConfigObject train_object();
ConfigObject output_object();
ConfigObject evaluation_object();

/// The objects of a pretraining config.
std::vector<ConfigObject> pretrain_objects();

}  // namespace mola
