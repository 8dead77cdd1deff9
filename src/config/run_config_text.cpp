#include <nlohmann/json.hpp>

#include "base/json_file.h"
#include "config/enum_names.h"
#include "mola/base/error.h"
#include "mola/config/run_config.h"

namespace mola {
namespace {

using nlohmann::ordered_json;

template <class Value>
ordered_json optional_json(const std::optional<Value>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

ordered_json optional_json(const std::optional<NumberOrList>& value) {
  if (!value) return {};
  return std::visit([](const auto& numbers) { return ordered_json(numbers); }, *value);
}

template <class Enum>
ordered_json optional_json(const std::optional<Enum>& value, const EnumNames<Enum>& names) {
  return value ? ordered_json(name_of(*value, names)) : ordered_json();
}

// A list or an object is kept as its JSON text.
ordered_json allocation_json(const std::optional<std::string>& allocation) {
  if (!allocation) return {};
  const bool is_json =
      !allocation->empty() && (allocation->front() == '[' || allocation->front() == '{');
  return is_json ? ordered_json(parse_json(*allocation, "adapter.allocation"))
                 : ordered_json(*allocation);
}

ordered_json model_json(const ModelConfig& model) {
  return {{"path", model.path}, {"dtype", model.dtype}, {"device", model.device}};
}

// A saved adapter brings its own settings: what was not given stays out.
ordered_json adapter_json(const AdapterSpec& given) {
  const AdapterSpec adapter = given.init_from ? given : with_defaults(given);
  return {{"type", optional_json(adapter.type, adapter_type_names())},
          {"allocation", allocation_json(adapter.allocation)},
          {"top_k", optional_json(adapter.top_k)},
          {"rank", optional_json(adapter.rank)},
          {"alpha", optional_json(adapter.alpha)},
          {"dropout", optional_json(adapter.dropout)},
          {"target_modules", optional_json(adapter.target_modules)},
          {"init", optional_json(adapter.init, init_names())},
          {"num_virtual_tokens", optional_json(adapter.num_virtual_tokens)},
          {"init_text", optional_json(adapter.init_text)},
          {"adapter_len", optional_json(adapter.adapter_len)},
          {"adapter_layers", optional_json(adapter.adapter_layers)},
          {"init_from", optional_json(adapter.init_from)}};
}

ordered_json data_json(const DataConfig& data) {
  return {{"task", data.task},
          {"path", data.path},
          {"max_length", data.max_length},
          {"train_on_prompt", data.train_on_prompt},
          {"shuffle", data.shuffle},
          {"group_by_length", data.group_by_length},
          {"packing", data.packing},
          {"topic", optional_json(data.topic)},
          {"limit", optional_json(data.limit)},
          {"sample", optional_json(data.sample)},
          {"sample_seed", data.sample_seed},
          {"validation", data.validation},
          {"on_bad_row", name_of(data.on_bad_row, on_bad_row_names())}};
}

ordered_json train_json(const TrainConfig& train) {
  return {{"epochs", train.epochs},
          {"max_steps", optional_json(train.max_steps)},
          {"batch_size", train.batch_size},
          {"micro_batch_size", train.micro_batch_size},
          {"learning_rate", train.learning_rate},
          {"weight_decay", train.weight_decay},
          {"beta1", train.beta1},
          {"beta2", train.beta2},
          {"epsilon", train.epsilon},
          {"schedule", name_of(train.schedule, schedule_names())},
          {"warmup_steps", train.warmup_steps},
          {"max_grad_norm", train.max_grad_norm},
          {"balance_coefficient", train.balance_coefficient},
          {"seed", train.seed},
          {"recompute", train.recompute},
          {"evaluate_every", optional_json(train.evaluate_every)}};
}

ordered_json output_json(const OutputConfig& output) {
  return {{"dir", output.dir},
          {"save_every", output.save_every},
          {"keep", output.keep},
          {"log_every", output.log_every}};
}

ordered_json run_config_json(const RunConfig& config) {
  return {{"model", model_json(config.model)},
          {"adapter", adapter_json(config.adapter)},
          {"data", data_json(config.data)},
          {"train", train_json(config.train)},
          {"output", output_json(config.output)}};
}

}  // namespace

std::string run_config_text(const RunConfig& config) {
  auto json = run_config_json(config);
  ordered_json adapter;  // without the keys that only other types have
  for (const auto& [key, value] : json["adapter"].items()) {
    if (!value.is_null()) adapter[key] = value;
  }
  json["adapter"] = adapter;
  return json.dump(2) + "\n";
}

void check_same_run(const RunConfig& config, const RunConfig& saved,
                    const std::string& run_folder) {
  const auto given = run_config_json(config);
  const auto kept = run_config_json(saved);
  for (const auto* section : {"model", "adapter", "data", "train"}) {
    for (const auto& [key, value] : given[section].items()) {
      if (value == kept[section][key]) continue;
      fail(section, ".", key, ": found ", value.dump(), ", but the run in ", run_folder, " has ",
           kept[section][key].dump(), "; resume it as it began, or name another output.dir");
    }
  }
}

}  // namespace mola
