// adapter_config.json, and the names and shapes of the tensors as a JSON object. The first byte is
// the number of layers.
#include "adapters/expert_files.h"
#include "base/json_file.h"
#include "fuzz/fuzz.h"

namespace mola {
namespace {

using Shapes = std::map<std::string, std::vector<int64_t>>;

// As a safetensors file gives them: sizes of at least 0.
Shapes shapes_of(const std::string& text) {
  Shapes shapes;
  const auto json = parse_json(text, "shapes");
  for (const auto& [name, list] : json.items()) {
    auto& shape = shapes[name];
    for (const auto& size : list) {
      if (size.is_number_unsigned() && is_whole_number(size)) shape.push_back(size.get<int64_t>());
    }
  }
  return shapes;
}

}  // namespace

void fuzz(const std::string& input) {
  auto text = input;
  const auto num_layers = static_cast<int64_t>(take_choice(text, 40)) + 1;
  const auto parts = parts_of(text, 2);
  const auto object = parse_json(parts[0], "adapter_config.json");
  const auto shapes = shapes_of(parts[1]);
  ConfigSource source{"adapter_config.json", {}, {}};
  const JsonReader reader(object, source, "");
  const SavedAdapter saved = {reader, num_layers, int64_t{2}, "adapter", [&] { return shapes; }};
  if (has_mola_object(saved)) {
    type_in_mola_object(saved);
    mola_object(read_mola_object(saved));
  } else if (is_peft_lora(saved)) {
    has_numbered_experts(saved);
    experts_json(read_peft_experts(saved));
  }
}

}  // namespace mola
