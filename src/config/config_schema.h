#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "mola/config/adapter_spec.h"

namespace mola {

// The fields of the configs as JSON schemas for editors and as a page of the docs. All are files of
// the repository; a test checks that they are current.

nlohmann::ordered_json run_schema(const AdapterTypes& types);
nlohmann::ordered_json experiment_schema(const AdapterTypes& types);
nlohmann::ordered_json continual_schema(const AdapterTypes& types);
nlohmann::ordered_json pretrain_schema();

/// Every key with its type, default and meaning, as Markdown.
std::string configuration_page(const AdapterTypes& types);

}  // namespace mola
