// A config or plan of each kind, and overrides as of --set, one a line. The first byte is the kind.
#include <sstream>

#include "fuzz/adapter_types.h"
#include "fuzz/fuzz.h"
#include "mola/config/continual_plan.h"
#include "mola/config/experiment_plan.h"
#include "mola/config/llama_config.h"
#include "mola/config/pretrain_config.h"

namespace mola {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// What was read can be written, and read again to the same.
void read_run(const std::string& path, const std::vector<std::string>& overrides) {
  const auto& types = plain_adapter_types();
  const auto text = run_config_text(read_run_config(path, overrides, types), types);
  const auto again = read_run_config(put_file("again.json", text), {}, types);
  if (run_config_text(again, types) != text) __builtin_trap();
}

// A mixture's settings are resolved once the number of layers is known.
void resolve_adapter(const AdapterSpec& spec) {
  if (spec.init_from || type_of(spec, plain_adapter_types()).trains_base) return;
  const auto json = nlohmann::json(settings_json(spec));
  ConfigSource source;
  const JsonReader reader(json, source, "adapter");
  resolve_experts(read_fields(reader, mixture_fields()), 4);
}

}  // namespace

void fuzz(const std::string& input) {
  auto text = input;
  const size_t kind = take_choice(text, 5);
  const auto parts = parts_of(text, 2);
  const auto path = put_file("config.json", parts[0]);
  const auto overrides = lines_of(parts[1]);
  const auto& types = plain_adapter_types();
  if (kind == 0) {
    read_run(path, overrides);
    resolve_adapter(read_run_config(path, overrides, types).adapter);
  } else if (kind == 1) {
    pretraining_run(read_pretrain_config(path, overrides));
  } else if (kind == 2) {
    read_experiment_plan(path, overrides, types);
  } else if (kind == 3) {
    read_continual_plan(path, overrides, types);
  } else {
    llama_config_text(read_llama_config(path), "float32", 1, 2);
  }
}

}  // namespace mola
