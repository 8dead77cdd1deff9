#include "io/fingerprints.h"

#include <algorithm>
#include <filesystem>

#include "base/fingerprint.h"
#include "base/input_file.h"
#include "base/json_file.h"
#include "io/adapter_files.h"
#include "io/weight_index.h"

namespace mola {
namespace {

// Reading all of a base model, which may have 13 GB, takes seconds to minutes. Another training
// leaves traces in the first bytes of its tensors, too. A change of later bytes alone, such as by a
// faulty disk, is missed.
constexpr size_t kBytesOfATensor = 4096;

void add_tensor(Fingerprint& print, const SafetensorsFile& file, const std::string& name,
                size_t most_bytes) {
  const auto& entry = file.entry(name);
  print.add(name);
  print.add(entry.dtype);
  print.add(static_cast<int64_t>(entry.shape.size()));
  for (const int64_t size : entry.shape) print.add(size);
  const auto* bytes = reinterpret_cast<const char*>(file.data(entry));
  print.add(std::string_view(bytes, std::min(entry.end - entry.begin, most_bytes)));
}

}  // namespace

std::string base_model_fingerprint(const std::string& folder) {
  Fingerprint print;
  for (const std::string name :
       {"added_tokens.json", "config.json", "generation_config.json", "special_tokens_map.json",
        "tokenizer.model", "tokenizer_config.json"}) {
    const std::string path = folder + "/" + name;
    if (!std::filesystem::exists(path)) continue;
    print.add(name);
    print.add(read_file(path));
  }
  const WeightIndex weights(folder);
  for (const auto& [name, file] : weights.files()) add_tensor(print, *file, name, kBytesOfATensor);
  return print.text();
}

std::string adapter_fingerprint(const std::string& folder) {
  check_input_folder("adapter", folder);
  Fingerprint print;
  print.add(read_file(folder + "/adapter_config.json"));
  const SafetensorsFile tensors(adapter_tensors_path(folder));
  for (const auto& [name, entry] : tensors.entries()) add_tensor(print, tensors, name, SIZE_MAX);
  return print.text();
}

}  // namespace mola
