#include <cmath>

#include "config/adapter_type.h"
#include "config/config_objects.h"
#include "config/config_schema.h"
#include "config/json_reader.h"

namespace mola {
namespace {

using nlohmann::ordered_json;

std::string choices_text(const ordered_json& choices) {
  std::string text;
  for (const auto& choice : choices) {
    const auto name = choice.is_string() ? choice.get<std::string>() : choice.dump();
    text += (text.empty() ? "`" : ", `") + name + "`";
  }
  return text;
}

// Without the limits that only guard against overflow.
std::string range_text(ordered_json schema) {
  if (schema.contains("maximum") && schema["maximum"].get<int64_t>() >= kLargestInteger) {
    schema.erase("maximum");
  }
  const auto limit = [&](const char* key, const std::string& before) {
    return schema.contains(key) ? before + schema[key].dump() : std::string();
  };
  std::string text = limit("minimum", " ≥ ") + limit("exclusiveMinimum", " > ");
  for (const auto& most : {limit("maximum", " ≤ "), limit("exclusiveMaximum", " < ")}) {
    if (!most.empty()) text += (text.empty() ? "" : ",") + most;
  }
  return text;
}

std::string type_text(const ordered_json& schema) {
  if (schema.contains("enum")) return choices_text(schema["enum"]);
  const auto& type = schema["type"];
  if (type == "array") return "list of " + choices_text(schema["items"]["enum"]);
  if (type.is_string()) return type.get<std::string>() + range_text(schema);
  std::string text;
  for (const auto& one : type) {
    if (one != "null") text += (text.empty() ? "" : " or ") + one.get<std::string>();
  }
  return text + range_text(schema);
}

std::string default_text(const FieldInfo& field) {
  if (!field.has_default) return "required";
  const auto& value = field.default_value;
  if (value.is_null()) return "";
  if (value.is_array()) return "all";
  if (value.is_number_float() && value.get<double>() == std::floor(value.get<double>())) {
    return "`" + std::to_string(value.get<int64_t>()) + "`";
  }
  return "`" + (value.is_string() ? value.get<std::string>() : value.dump()) + "`";
}

std::string table_of(const std::string& path, const std::vector<FieldInfo>& fields) {
  std::string text = "| key | type | default | meaning |\n|---|---|---|---|\n";
  for (const auto& field : fields) {
    text += "| `" + path + "." + field.key + "` | " + type_text(field.schema) + " | " +
            default_text(field) + " | " + field.help + " |\n";
  }
  return text + "\n";
}

std::string section(const ConfigObject& object) {
  return "### " + object.key + "\n\n" + object.help + "\n\n" + table_of(object.key, object.fields);
}

std::string adapter_section(const AdapterTypes& types) {
  const auto object = adapter_object(types);
  std::string text = "### adapter\n\n" + object.help + "\n\n";
  text += table_of("adapter", {object.fields.front(), object.fields.back()});
  for (const auto* type : types) {
    text += "#### Type " + type->name + "\n\n" + type->help + "\n\n";
    text +=
        type->fields.empty() ? "It has no further keys.\n\n" : table_of("adapter", type->fields);
  }
  return text;
}

constexpr const char* kIntroduction = R"(# Configuration

<!-- Generated from the lists of fields in src/config and src/adapters: run `make generated`. -->

A run is described by one JSON file. An unknown key, a wrong type or a value out of range is an
error that names the file, the key, the value found and the value expected. A key that is left out
or `null` has its default. `--set KEY=VALUE` overrides a value on the command line:

    mola finetune configs/llama2_7b_cola.json --set adapter.allocation=8642 --set train.epochs=3

Editors complete and check the files through `"$schema"`: `configs/schema.json` for runs, and a
`schema.json` in `configs/experiments`, `configs/continual` and `configs/pretrain`.

)";

constexpr const char* kPlans = R"(## Experiments

The plan of `mola experiment` is a grid of tasks, adapters, epochs and seeds. `model`, `data`,
`train` and `output` are those of a run and hold for all runs; a task or an adapter overrides them.

| key | type | default | meaning |
|---|---|---|---|
| `tasks` | list of `{"name", "data", "train"}` | required | Columns of the table of results. |
| `adapters` | list of `{"name", "adapter", "train"}` | required | Rows of the table of results. |
| `epochs` | list of integers ≥ 1 | required | Numbers of epochs; the best is chosen on held-out rows. |
| `seeds` | list of integers ≥ 0 | required | Random seeds; results are averaged over them. |
| `instruction` | `{"data", "train"}` | | Instruction tuning before the runs, which then start from it. |
| `data.validation` | number | `0.05` | As for a run; the epochs are chosen on these rows. |
| `output.keep_adapters` | boolean | `true` | Keep the trained adapters; false: remove each after its evaluation. |

)";

constexpr const char* kContinual = R"(## Continual learning

The plan of `mola continual` has `domains`, a list of at least two `{"name", "data", "train"}` in the
order of training, and `adapters`, `data`, `train`, `evaluation`, `model` and `output` as an
experiment has them.

)";

}  // namespace

std::string configuration_page(const AdapterTypes& types) {
  std::string text = kIntroduction;
  text += "## Runs\n\nRead by `mola finetune` and `mola parameters`.\n\n";
  text += section(model_object()) + adapter_section(types);
  for (const auto& object : {data_object(), train_object(), output_object()}) {
    text += section(object);
  }
  text += kPlans + section(evaluation_object()) + kContinual;
  text += "## Pretraining\n\nRead by `mola pretrain`.\n\n";
  for (auto object : pretrain_objects()) {
    const auto key = object.key;
    text += "### pretraining: " + key + "\n\n" + object.help + "\n\n" +
            (key == "train" ? "The keys of a run's `train`, except `balance_coefficient` and "
                              "`evaluate_every`.\n\n"
                            : table_of(key, object.fields));
  }
  text.pop_back();
  return text;
}

}  // namespace mola
