#include "experiment/run_result.h"

#include <filesystem>

#include "base/first_difference.h"
#include "base/json_file.h"
#include "base/output_file.h"
#include "mola/base/log.h"

namespace mola {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

const std::string kTestRows = "test_rows";

}  // namespace

ordered_json evaluation_settings(const PlanEvaluation& evaluation, const std::string& test_rows) {
  ordered_json settings = {
      {"protocol", evaluation.protocol == Protocol::kScore ? "score" : "generate"},
      {"max_new_tokens", evaluation.max_new_tokens},
      {"normalize", evaluation.normalize},
      {"limit", nullptr}};
  if (evaluation.limit) settings["limit"] = *evaluation.limit;
  settings[kTestRows] = test_rows;
  return settings;
}

std::string result_path(const RunConfig& config) { return config.output.dir + "/result.json"; }

std::optional<json> read_result(const RunConfig& config, const ordered_json& settings) {
  const std::string path = result_path(config);
  if (!std::filesystem::exists(path)) return std::nullopt;
  auto result = read_json_file(path);
  ConfigSource source{path, {}, {}};
  const ordered_json given = json(settings);  // with sorted keys, as those read from a file
  ordered_json saved = JsonReader(result, source, "").any("evaluation");
  if (!saved.is_object()) saved = ordered_json::object();
  if (!saved.contains(kTestRows)) saved[kTestRows] = given.at(kTestRows);
  if (const auto difference = first_difference(given, saved)) {
    log_info(path + ": was evaluated with other settings (evaluation." + difference->key +
             " has changed); evaluating again");
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
