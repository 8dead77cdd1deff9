#include "config/named_files.h"

#include <filesystem>

#include "base/fingerprint.h"
#include "base/json_file.h"

namespace mola {

namespace fs = std::filesystem;

std::map<std::string, std::string> fingerprints_of_files(const RunConfig& config) {
  std::map<std::string, std::string> values = {{kTaskKey, config.data.task}};
  const auto allocation = config.adapter.settings.find("allocation");
  if (allocation != config.adapter.settings.end()) {
    const auto value = parse_json(allocation->second.json(), kAllocationKey);
    if (value.is_string()) values[kAllocationKey] = value.get<std::string>();
  }
  std::map<std::string, std::string> fingerprints;
  for (const auto& [key, value] : values) {
    std::error_code ignored;
    if (fs::path(value).extension() != ".json" || !fs::is_regular_file(value, ignored)) continue;
    Fingerprint fingerprint;
    fingerprint.add(read_file(value));
    fingerprints[key] = fingerprint.text();
  }
  return fingerprints;
}

}  // namespace mola
