#include "config/config_objects.h"

#include <algorithm>

#include "config/adapter_type.h"
#include "config/llama_shape.h"
#include "config/pretrain_fields.h"
#include "config/run_fields.h"

namespace mola {
namespace {

// The keys that adapters of all types have.
FieldInfo type_field(const AdapterTypes& types) {
  FieldInfo field;
  field.key = "type";
  std::vector<std::string> names;
  for (const auto* type : types) {
    names.push_back(type->name);
    field.help += (field.help.empty() ? "" : " ") + type->name + ": " + type->help;
  }
  field.schema = {{"enum", names}};
  field.default_value = names.front();
  return field;
}

FieldInfo init_from_field() {
  FieldInfo field;
  field.key = "init_from";
  field.help =
      "Folder of a saved adapter to start from. Its settings apply; only dropout may "
      "differ.";
  field.schema = {{"type", "string"}, {"minLength", 1}};
  return field;
}

}  // namespace

ConfigObject model_object() { return {"model", "The base model.", infos_of(model_fields())}; }

ConfigObject adapter_object(const AdapterTypes& types) {
  ConfigObject object = {"adapter",
                         "The trained part: an adapter on the frozen base model, or all weights. "
                         "Each type has its own keys.",
                         {type_field(types)}};
  for (const auto* type : types) {
    for (const auto& field : type->fields) {
      const bool is_new =
          std::none_of(object.fields.begin(), object.fields.end(),
                       [&](const FieldInfo& other) { return other.key == field.key; });
      if (is_new) object.fields.push_back(field);
    }
  }
  object.fields.push_back(init_from_field());
  return object;
}

ConfigObject data_object() { return {"data", "The training data.", infos_of(data_fields())}; }

ConfigObject train_object() {
  return {"train", "The optimizer and its schedule.", infos_of(train_fields())};
}

ConfigObject output_object() {
  return {"output", "The run's output folder.", infos_of(output_fields())};
}

ConfigObject evaluation_object() {
  return {"evaluation", "How each run is evaluated.", infos_of(evaluation_fields())};
}

std::vector<ConfigObject> pretrain_objects() {
  auto train = train_object();
  const auto is_for_finetuning = [](const FieldInfo& field) {
    return field.key == "evaluate_every" || field.key == "balance_coefficient";
  };
  train.fields.erase(std::remove_if(train.fields.begin(), train.fields.end(), is_for_finetuning),
                     train.fields.end());
  return {{"model", "Shape of the model: keys of a Hugging Face config.json.",
           infos_of(llama_fields())},
          {"data", "The text to train on.", infos_of(pretrain_data_fields())},
          train,
          {"output", "The run's output folder.", infos_of(output_fields())}};
}

}  // namespace mola
