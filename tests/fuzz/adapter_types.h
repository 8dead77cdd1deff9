#pragma once

#include "adapters/expert_settings.h"
#include "config/adapter_type.h"

namespace mola {

/// The adapter types with keys of their own kinds, without what they do to a model.
inline const AdapterTypes& plain_adapter_types() {
  static const AdapterType kMola = make_adapter_type("mola", "", mixture_fields());
  static const AdapterType kLora = make_adapter_type("lora", "", single_expert_fields());
  static const AdapterType kFull = [] {
    auto type = make_adapter_type("full", "", Fields<ExpertSettings>());
    type.trains_base = true;
    return type;
  }();
  static const AdapterTypes kTypes = {&kMola, &kLora, &kFull};
  return kTypes;
}

}  // namespace mola
