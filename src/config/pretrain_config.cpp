#include "mola/config/pretrain_config.h"

#include "base/json_file.h"
#include "config/llama_shape.h"
#include "config/run_keys.h"

namespace mola {
namespace {

void read_data(const JsonReader& reader, PretrainConfig& config) {
  const auto path = reader.text("path");
  config.max_length = reader.integer("max_length", 2).value_or(config.max_length);
  reader.refuse_unknown_keys();
  config.text = reader.require("path", path);
  if (config.max_length > config.model.max_position_embeddings) {
    reader.refuse("max_length", "found " + std::to_string(config.max_length) +
                                    ", expected at most model.max_position_embeddings, which is " +
                                    std::to_string(config.model.max_position_embeddings));
  }
}

void read_output(const JsonReader& reader, PretrainConfig& config) {
  const auto dir = reader.text("dir");
  config.log_every = reader.integer("log_every", 1).value_or(config.log_every);
  reader.refuse_unknown_keys();
  config.output_dir = reader.require("dir", dir);
}

}  // namespace

PretrainConfig read_pretrain_config(const std::string& path,
                                    const std::vector<std::string>& overrides) {
  const auto json = read_json_file(path);
  ConfigSource source{path, split_overrides(overrides), {}};
  const JsonReader reader(json, source, "");
  PretrainConfig config;
  const JsonReader model = reader.object("model");
  config.model = read_llama_shape(model);
  model.refuse_unknown_keys();
  read_data(reader.object("data"), config);
  const JsonReader train = reader.object("train");
  for (const char* key : {"evaluate_every", "balance_coefficient"}) {
    if (!train.any(key).is_null()) train.refuse(key, "is a key of fine-tunes alone");
  }
  config.train = read_train(train);
  read_output(reader.object("output"), config);
  reader.refuse_unknown_keys();
  return config;
}

}  // namespace mola
