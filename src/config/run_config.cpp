#include "mola/config/run_config.h"

#include <algorithm>

#include "base/json_file.h"
#include "config/adapter_keys.h"
#include "config/enum_names.h"
#include "config/json_reader.h"
#include "config/run_keys.h"
#include "mola/base/error.h"

namespace mola {
namespace {

ModelConfig read_model(const JsonReader& reader) {
  ModelConfig config;
  const auto path = reader.text("path");
  config.dtype = reader.choice("dtype", {"auto", "f32", "bf16"}).value_or(config.dtype);
  config.device = reader.choice("device", {"auto", "cpu", "cuda"}).value_or(config.device);
  reader.refuse_unknown_keys();
  config.path = reader.require("path", path);
  return config;
}

AdapterSpec read_adapter(const JsonReader& reader) {
  AdapterSpec spec;
  spec.type = read_adapter_type(reader);
  spec.allocation = reader.text_or_json("allocation");
  spec.top_k = reader.number_or_list("top_k");
  spec.rank = reader.number_or_list("rank");
  spec.alpha = read_alpha(reader, "alpha");
  spec.dropout = read_dropout(reader, "dropout");
  spec.target_modules = reader.text_list("target_modules");
  spec.init = read_init(reader);
  spec.num_virtual_tokens = reader.integer("num_virtual_tokens", 1, kLongestPrompt);
  spec.init_text = reader.text("init_text");
  spec.adapter_len = reader.integer("adapter_len", 1, kLongestPrompt);
  spec.adapter_layers = reader.integer("adapter_layers", 1);
  spec.init_from = reader.text("init_from");
  reader.refuse_unknown_keys();
  return spec;
}

bool share_below_one(double v) { return v >= 0 && v < 1; }

DataConfig read_data(const JsonReader& reader) {
  DataConfig config;
  const auto task = reader.text("task");
  const auto path = reader.text("path");
  config.max_length = reader.integer("max_length", 2).value_or(config.max_length);
  config.train_on_prompt = reader.boolean("train_on_prompt").value_or(config.train_on_prompt);
  config.shuffle = reader.boolean("shuffle").value_or(config.shuffle);
  config.group_by_length = reader.boolean("group_by_length").value_or(config.group_by_length);
  config.packing = reader.boolean("packing").value_or(config.packing);
  config.topic = reader.text("topic");
  config.limit = reader.integer("limit", 1);
  config.sample = reader.integer("sample", 1);
  config.sample_seed = reader.integer("sample_seed", 0, INT64_MAX).value_or(config.sample_seed);
  config.validation =
      reader.number("validation", "from 0 to below 1", share_below_one).value_or(config.validation);
  config.on_bad_row =
      reader.enumerator("on_bad_row", on_bad_row_names()).value_or(config.on_bad_row);
  reader.refuse_unknown_keys();  // a misspelt key is told before the one that is then missing
  config.task = reader.require("task", task);
  config.path = reader.require("path", path);
  return config;
}

}  // namespace

TrainConfig read_train(const JsonReader& reader) {
  const auto not_negative = [](double v) { return v >= 0; };
  const auto positive = [](double v) { return v > 0; };
  TrainConfig config;
  config.epochs = reader.integer("epochs", 1).value_or(config.epochs);
  config.max_steps = reader.integer("max_steps", 1);
  config.batch_size = reader.integer("batch_size", 1).value_or(config.batch_size);
  config.micro_batch_size = reader.integer("micro_batch_size", 1)
                                .value_or(std::min(config.micro_batch_size, config.batch_size));
  config.learning_rate =
      reader.number("learning_rate", "above 0", positive).value_or(config.learning_rate);
  config.weight_decay =
      reader.number("weight_decay", "of at least 0", not_negative).value_or(config.weight_decay);
  config.beta1 =
      reader.number("beta1", "from 0 to below 1", share_below_one).value_or(config.beta1);
  config.beta2 =
      reader.number("beta2", "from 0 to below 1", share_below_one).value_or(config.beta2);
  config.epsilon = reader.number("epsilon", "above 0", positive).value_or(config.epsilon);
  config.schedule = reader.enumerator("schedule", schedule_names()).value_or(config.schedule);
  config.warmup_steps = reader.integer("warmup_steps", 0).value_or(config.warmup_steps);
  config.max_grad_norm =
      reader.number("max_grad_norm", "of at least 0", not_negative).value_or(config.max_grad_norm);
  config.balance_coefficient = reader.number("balance_coefficient", "of at least 0", not_negative)
                                   .value_or(config.balance_coefficient);
  config.seed = reader.integer("seed", 0, INT64_MAX).value_or(config.seed);
  config.recompute = reader.boolean("recompute").value_or(config.recompute);
  config.evaluate_every = reader.integer("evaluate_every", 1);
  reader.refuse_unknown_keys();
  if (config.micro_batch_size > config.batch_size) {
    reader.refuse("micro_batch_size", "found " + std::to_string(config.micro_batch_size) +
                                          ", expected at most train.batch_size, which is " +
                                          std::to_string(config.batch_size));
  }
  return config;
}

namespace {

OutputConfig read_output(const JsonReader& reader) {
  OutputConfig config;
  const auto dir = reader.text("dir");
  config.save_every = reader.integer("save_every", 1).value_or(config.save_every);
  config.keep = reader.integer("keep", 1).value_or(config.keep);
  config.log_every = reader.integer("log_every", 1).value_or(config.log_every);
  reader.refuse_unknown_keys();
  config.dir = reader.require("dir", dir);
  return config;
}

}  // namespace

std::map<std::string, std::string> split_overrides(const std::vector<std::string>& overrides) {
  std::map<std::string, std::string> values;
  for (const auto& text : overrides) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      fail("--set ", text, ": expected key=value, such as train.epochs=3");
    }
    values[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return values;
}

RunConfig read_run(const nlohmann::json& json, ConfigSource& source) {
  const JsonReader reader(json, source, "");
  RunConfig config;
  reader.text("$schema");  // for editors
  config.model = read_model(reader.object("model"));
  config.adapter = read_adapter(reader.object("adapter"));
  config.data = read_data(reader.object("data"));
  config.train = read_train(reader.object("train"));
  if (config.train.evaluate_every && config.data.validation == 0) {
    reader.object("train").refuse("evaluate_every",
                                  "found " + std::to_string(*config.train.evaluate_every) +
                                      ", but data.validation holds out no rows to evaluate on");
  }
  config.output = read_output(reader.object("output"));
  reader.refuse_unknown_keys();
  return config;
}

RunConfig read_run_config(const std::string& path, const std::vector<std::string>& overrides) {
  const auto json = read_json_file(path);
  ConfigSource source{path, split_overrides(overrides), {}};
  return read_run(json, source);
}

}  // namespace mola
