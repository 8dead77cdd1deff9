#include "experiment/run_result.h"

#include <filesystem>

#include "base/json_file.h"
#include "base/output_file.h"
#include "mola/base/log.h"

namespace mola {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json evaluation_settings(const PlanEvaluation& evaluation) {
  ordered_json settings = {
      {"protocol", evaluation.protocol == Protocol::kScore ? "score" : "generate"},
      {"max_new_tokens", evaluation.max_new_tokens},
      {"normalize", evaluation.normalize},
      {"limit", nullptr}};
  if (evaluation.limit) settings["limit"] = *evaluation.limit;
  return settings;
}

std::string result_path(const RunConfig& config) { return config.output.dir + "/result.json"; }

std::optional<json> read_result(const RunConfig& config, const ordered_json& settings) {
  const std::string path = result_path(config);
  if (!std::filesystem::exists(path)) return std::nullopt;
  auto result = read_json_file(path);
  ConfigSource source{path, {}, {}};
  if (JsonReader(result, source, "").any("evaluation") != json(settings)) {
    log_info(path + ": was evaluated with other settings; evaluating again");
    return std::nullopt;
  }
  return result;
}

double read_score(const JsonReader& reader, const std::string& key) {
  return reader.require(key, reader.number(key, "", [](double) { return true; }));
}

int64_t read_trainable_parameters(const JsonReader& reader) {
  const std::string key = "trainable_parameters";
  return reader.require(key, reader.integer(key, 1, INT64_MAX));
}

void write_result(const RunConfig& config, const ordered_json& settings,
                  const ordered_json& scores) {
  ordered_json result = {{"evaluation", settings}};
  result.update(scores);
  write_file(result_path(config), result.dump(2) + "\n");
}

}  // namespace mola
