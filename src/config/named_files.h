#pragma once

#include <map>
#include <string>

#include "mola/config/run_config.h"

namespace mola {

/// The keys whose value may be the path of a file that belongs to the settings.
constexpr const char* kAllocationKey = "adapter.allocation";
constexpr const char* kTaskKey = "data.task";

/// Fingerprints of the files that these keys of `config` name, by key; none for a file that is not
/// there.
std::map<std::string, std::string> fingerprints_of_files(const RunConfig& config);

}  // namespace mola
