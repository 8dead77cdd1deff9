#include "adapters/adapter_list.h"
#include "adapters/expert_files.h"
#include "adapters/expert_tensors.h"

namespace mola {
namespace {

struct Settings {
  int64_t adapter_len = kDefaultPromptLength;
  std::optional<int64_t> adapter_layers;
};

// Its range ends with the model's layers.
Field<Settings> adapter_layers_field() {
  auto field = integer_field("adapter_layers", &Settings::adapter_layers, {1},
                             "Number of layers with a prompt, from the highest; all by default.");
  field.schema.erase("maximum");
  return field;
}

const Fields<Settings>& fields() {
  static const Fields<Settings> kFields = {
      integer_field("adapter_len", &Settings::adapter_len, {1, kLongestPrompt},
                    "Number of tokens of each layer's prompt."),
      adapter_layers_field(),
  };
  return kFields;
}

AdapterConfig resolve_prompts(const JsonReader& reader, int64_t num_layers) {
  const auto settings = read_fields(reader, fields());
  AdapterConfig config;
  config.adapter_len = settings.adapter_len;
  config.adapter_layers = settings.adapter_layers.value_or(num_layers);
  if (config.adapter_layers > num_layers) {
    fail("adapter.adapter_layers: found ", config.adapter_layers, ", expected 1 to the model's ",
         num_layers, " layers");
  }
  return config;
}

AdapterConfig resolve_saved_prompts(const JsonReader& reader, int64_t, const AdapterConfig& saved) {
  const auto given = read_fields(reader, fields());
  if (reader.is_given("adapter_len") && given.adapter_len != saved.adapter_len) {
    refuse_contradiction("adapter_len", given.adapter_len, saved.adapter_len);
  }
  if (given.adapter_layers && *given.adapter_layers != saved.adapter_layers) {
    refuse_contradiction("adapter_layers", *given.adapter_layers, saved.adapter_layers);
  }
  return saved;
}

bool is_llama_adapter(const SavedAdapter& saved) {
  return saved.reader.any("peft_type") == "ADAPTION_PROMPT";
}

AdapterConfig read_prompts(const SavedAdapter& saved) {
  const auto& reader = saved.reader;
  refuse_other(reader, "target_modules", "self_attn");
  AdapterConfig config;
  config.adapter_len =
      reader.require("adapter_len", reader.integer("adapter_len", 1, kLongestPrompt));
  config.adapter_layers =
      reader.require("adapter_layers", reader.integer("adapter_layers", 1, saved.num_layers));
  refuse_unread(reader, {});
  return config;
}

nlohmann::ordered_json write_prompts(const AdapterConfig& config, const LlamaConfig&) {
  return {{"peft_type", "ADAPTION_PROMPT"},
          {"adapter_len", config.adapter_len},
          {"adapter_layers", config.adapter_layers},
          {"target_modules", nullptr}};
}

// With PEFT's names, and with its batch dimension of 1.
TensorMap prompt_tensors(Llama& model) {
  TensorMap tensors;
  for (size_t j = 0; j < model->layers.size(); ++j) {
    const auto& adaption_prompt = model->layers[j]->self_attn->adaption_prompt;
    if (adaption_prompt.is_empty()) continue;
    const auto prefix = layer_prefix(static_cast<int64_t>(j)) + "self_attn.";
    tensors[prefix + "adaption_prompt"] = adaption_prompt->prompt.detach().unsqueeze(0);
    tensors[prefix + "adaption_gate"] = adaption_prompt->gate;
  }
  return tensors;
}

std::vector<std::string> summarize_prompts(const AdapterConfig& config) {
  return {"prompts  " + std::to_string(config.adapter_len) + " tokens in each of the highest " +
          std::to_string(config.adapter_layers) + " layers"};
}

}  // namespace

const Adapter& llama_adapter() {
  static const Adapter kAdapter = [] {
    Adapter adapter;
    adapter.type = make_adapter_type(
        "llama_adapter",
        "Trained, gated prompts in the attention of the highest layers (arXiv 2303.16199).",
        fields());
    adapter.resolve = resolve_prompts;
    adapter.resolve_saved = resolve_saved_prompts;
    adapter.peft_type = "ADAPTION_PROMPT";
    adapter.is_saved_in = is_llama_adapter;
    adapter.read = read_prompts;
    adapter.write = write_prompts;
    adapter.tensors = prompt_tensors;
    adapter.summary = summarize_prompts;
    adapter.usual_learning_rate = 1e-2;
    return adapter;
  }();
  return kAdapter;
}

}  // namespace mola
