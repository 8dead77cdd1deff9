#include "config/config_schema.h"

#include <algorithm>

#include "config/adapter_type.h"
#include "config/config_objects.h"
#include "config/llama_shape.h"
#include "config/pretrain_fields.h"

namespace mola {
namespace {

using nlohmann::ordered_json;

ordered_json property_of(const FieldInfo& field) {
  ordered_json property = {{"description", field.help}};
  property.update(field.schema);
  const bool is_optional = !field.is_required && field.default_value.is_null();
  if (is_optional && property.contains("type") && property["type"].is_string()) {
    property["type"] = {property["type"], "null"};
  }
  if (field.has_default) property["default"] = field.default_value;
  return property;
}

ordered_json object_schema(const std::string& help) {
  return {{"description", help},
          {"type", "object"},
          {"additionalProperties", false},
          {"properties", ordered_json::object()}};
}

// `is_partial`: the object is completed by others, so no key is required.
ordered_json object_of(const ConfigObject& object, bool is_partial = false) {
  auto schema = object_schema(object.help);
  ordered_json required = ordered_json::array();
  for (const auto& field : object.fields) {
    schema["properties"][field.key] = property_of(field);
    if (field.is_required && !is_partial) required.push_back(field.key);
  }
  if (!required.empty()) schema["required"] = required;
  return schema;
}

ordered_json document(const std::string& title, const std::string& help) {
  ordered_json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                         {"title", title}};
  schema.update(object_schema(help + " A key that is left out, or null, has its default."));
  schema["properties"]["$schema"] = {{"description", "Path of this schema, for editors."},
                                     {"type", "string"}};
  return schema;
}

ordered_json list_of_entries(const std::string& help, const std::string& own,
                             const ordered_json& own_schema, const ordered_json& train) {
  auto entry = object_schema("");
  entry.erase("description");
  entry["properties"] = {
      {"name", {{"description", "Name, used in paths and tables."}, {"type", "string"}}},
      {own, own_schema},
      {"train", train}};
  entry["required"] = {"name"};
  return {{"description", help}, {"type", "array"}, {"minItems", 1}, {"items", entry}};
}

ordered_json numbers(const std::string& help, int64_t least) {
  return {{"description", help},
          {"type", "array"},
          {"minItems", 1},
          {"uniqueItems", true},
          {"items", {{"type", "integer"}, {"minimum", least}}}};
}

ordered_json plan_output(bool keeps_adapters) {
  auto output = object_of(output_object());
  if (keeps_adapters) {
    output["properties"]["keep_adapters"] = {
        {"description", "Keep the trained adapters; false: remove each after its evaluation."},
        {"type", "boolean"},
        {"default", true}};
  }
  return output;
}

}  // namespace

ordered_json run_schema(const AdapterTypes& types) {
  auto schema = document("A run of mola", "The config of finetune and parameters.");
  auto& properties = schema["properties"];
  for (const auto& object :
       {model_object(), adapter_object(types), data_object(), train_object(), output_object()}) {
    properties[object.key] = object_of(object);
  }
  properties["files"] = {
      {"description",
       "Fingerprints of the files that the settings name. A run saves them in its config.json."},
      {"type", "object"}};
  schema["required"] = {"model", "adapter", "data", "output"};
  return schema;
}

ordered_json experiment_schema(const AdapterTypes& types) {
  auto schema = document("An experiment of mola", "The plan of experiment.");
  const auto train = object_of(train_object());
  const auto data = object_of(data_object(), /*is_partial=*/true);
  auto& properties = schema["properties"];
  properties["model"] = object_of(model_object());
  properties["tasks"] =
      list_of_entries("Tasks: the columns of the table of results.", "data", data, train);
  properties["adapters"] = list_of_entries("Adapters: the rows of the table of results.", "adapter",
                                           object_of(adapter_object(types)), train);
  properties["epochs"] = numbers("Numbers of epochs; the best is chosen on held-out rows.", 1);
  properties["seeds"] = numbers("Random seeds; results are averaged over them.", 0);
  properties["data"] = data;
  properties["train"] = train;
  auto instruction = object_schema("Instruction tuning before the runs, which then start from it.");
  instruction["properties"] = {{"data", data}, {"train", train}};
  properties["instruction"] = instruction;
  properties["evaluation"] = object_of(evaluation_object());
  properties["output"] = plan_output(/*keeps_adapters=*/true);
  schema["required"] = {"model", "tasks", "adapters", "epochs", "seeds", "output"};
  return schema;
}

ordered_json continual_schema(const AdapterTypes& types) {
  auto schema = document("Continual learning with mola", "The plan of continual.");
  const auto train = object_of(train_object());
  const auto data = object_of(data_object(), /*is_partial=*/true);
  auto& properties = schema["properties"];
  properties["model"] = object_of(model_object());
  properties["domains"] =
      list_of_entries("Domains, in the order of training; at least two.", "data", data, train);
  properties["adapters"] = list_of_entries("Adapters, each trained on one domain after another.",
                                           "adapter", object_of(adapter_object(types)), train);
  properties["data"] = data;
  properties["train"] = train;
  properties["evaluation"] = object_of(evaluation_object());
  properties["output"] = plan_output(/*keeps_adapters=*/false);
  schema["required"] = {"model", "domains", "adapters", "output"};
  return schema;
}

ordered_json pretrain_schema() {
  auto schema = document("Pretraining with mola", "The config of pretrain.");
  for (const auto& object : pretrain_objects()) {
    schema["properties"][object.key] = object_of(object);
  }
  schema["required"] = {"model", "data", "output"};
  return schema;
}

}  // namespace mola
