#include "mola/config/run_config.h"

#include <algorithm>

#include "base/excerpt.h"
#include "base/first_difference.h"
#include "base/json_file.h"
#include "base/utf8.h"
#include "config/named_files.h"
#include "config/run_fields.h"
#include "config/run_keys.h"
#include "mola/base/error.h"

namespace mola {

TrainConfig read_train(const JsonReader& reader) {
  auto config = read_fields(reader, train_fields());
  if (!reader.is_given("micro_batch_size")) {
    config.micro_batch_size = std::min(config.micro_batch_size, config.batch_size);
  }
  if (config.micro_batch_size > config.batch_size) {
    reader.refuse("micro_batch_size", "found " + std::to_string(config.micro_batch_size) +
                                          ", expected at most train.batch_size, which is " +
                                          std::to_string(config.batch_size));
  }
  return config;
}

std::map<std::string, std::string> split_overrides(const std::vector<std::string>& overrides) {
  std::map<std::string, std::string> values;
  for (const auto& text : overrides) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      fail("--set ", excerpt(text), ": expected key=value, such as train.epochs=3");
    }
    try {
      check_utf8(text);  // it becomes part of a config.json
    } catch (const Error& error) {
      fail("--set ", excerpt(text), ": ", error.what());
    }
    values[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return values;
}

namespace {

std::map<std::string, std::string> read_files(const JsonReader& reader) {
  std::map<std::string, std::string> files;
  for (const char* key : {kAllocationKey, kTaskKey}) {
    if (const auto fingerprint = reader.text(key)) files[key] = *fingerprint;
  }
  reader.refuse_unknown_keys();
  return files;
}

}  // namespace

RunConfig read_run(const nlohmann::json& json, ConfigSource& source, const AdapterTypes& types) {
  const JsonReader reader(json, source, "");
  RunConfig config;
  reader.text("$schema");  // for editors
  config.model = read_fields(reader.object("model"), model_fields());
  config.adapter = read_adapter_spec(reader.object("adapter"), types);
  config.data = read_fields(reader.object("data"), data_fields());
  config.train = read_train(reader.object("train"));
  if (config.train.evaluate_every && config.data.validation == 0) {
    reader.object("train").refuse("evaluate_every",
                                  "found " + std::to_string(*config.train.evaluate_every) +
                                      ", but data.validation holds out no rows to evaluate on");
  }
  config.output = read_fields(reader.object("output"), output_fields());
  if (reader.contains("files")) config.files = read_files(reader.object("files"));
  reader.refuse_unknown_keys();
  return config;
}

RunConfig read_run_config(const std::string& path, const std::vector<std::string>& overrides,
                          const AdapterTypes& types) {
  const auto json = read_json_file(path);
  ConfigSource source{path, split_overrides(overrides), {}};
  return read_run(json, source, types);
}

namespace {

// With every key; missing keys of a new adapter get their defaults.
nlohmann::ordered_json run_config_json(const RunConfig& config, const AdapterTypes& types) {
  return {{"model", write_fields("model", config.model, model_fields())},
          {"adapter", adapter_spec_json(config.adapter, types)},
          {"data", write_fields("data", config.data, data_fields())},
          {"train", write_fields("train", config.train, train_fields())},
          {"output", write_fields("output", config.output, output_fields())}};
}

}  // namespace

std::string run_config_text(const RunConfig& config, const AdapterTypes& types) {
  auto json = run_config_json(config, types);
  const auto files = fingerprints_of_files(config);
  if (!files.empty()) json["files"] = files;
  return json.dump(2) + "\n";
}

void check_same_run(const RunConfig& config, const RunConfig& saved, const std::string& run_folder,
                    const AdapterTypes& types) {
  const auto given = run_config_json(config, types);
  const auto kept = run_config_json(saved, types);
  for (const auto* section : {"model", "adapter", "data", "train"}) {
    const auto difference = first_difference(given[section], kept[section]);
    if (!difference) continue;
    fail(section, ".", difference->key, ": found ", difference->found, ", but the run in ",
         run_folder, " has ", difference->expected,
         "; resume it with the same settings, or choose another output.dir");
  }
  const auto files = fingerprints_of_files(config);
  for (const auto& [key, fingerprint] : saved.files) {
    const auto found = files.find(key);
    if (found == files.end() || found->second == fingerprint) continue;
    fail(key, ": the file has changed since the run in ", run_folder, " began; resume it with the ",
         "same file, or choose another output.dir");
  }
}

}  // namespace mola
