#include "adapters/adapter_list.h"
#include "adapters/expert_files.h"
#include "mola/model/weights.h"

namespace mola {
namespace {

struct Settings {
  int64_t num_virtual_tokens = kDefaultPromptLength;
  std::optional<std::string> init_text;
};

const Fields<Settings>& fields() {
  static const Fields<Settings> kFields = {
      integer_field("num_virtual_tokens", &Settings::num_virtual_tokens, {1, kLongestPrompt},
                    "Number of virtual tokens in front of the text."),
      text_field("init_text", &Settings::init_text,
                 "Initialize the virtual tokens from the embeddings of this text's tokens, "
                 "repeated or truncated to their number; random by default."),
  };
  return kFields;
}

AdapterConfig resolve_prompt(const JsonReader& reader, int64_t) {
  const auto settings = read_fields(reader, fields());
  AdapterConfig config;
  config.num_virtual_tokens = settings.num_virtual_tokens;
  config.init_text = settings.init_text.value_or("");
  return config;
}

AdapterConfig resolve_saved_prompt(const JsonReader& reader, int64_t, const AdapterConfig& saved) {
  const auto given = read_fields(reader, fields());
  if (reader.is_given("num_virtual_tokens") &&
      given.num_virtual_tokens != saved.num_virtual_tokens) {
    refuse_contradiction("num_virtual_tokens", given.num_virtual_tokens, saved.num_virtual_tokens);
  }
  if (given.init_text) {
    fail("adapter.init_text: the adapter of adapter.init_from already has its virtual tokens; ",
         "remove the key");
  }
  return saved;
}

// The virtual tokens start as the embeddings of the text, as in PEFT.
void start_prompt(Llama& model, const EncodeText& encode_text) {
  if (model->adapter.init_text.empty()) return;
  initialize_prompt(model, encode_text(model->adapter.init_text));
}

bool is_prompt_tuning(const SavedAdapter& saved) {
  return saved.reader.any("peft_type") == "PROMPT_TUNING";
}

AdapterConfig read_prompt(const SavedAdapter& saved) {
  const auto& reader = saved.reader;
  reader.integer("num_transformer_submodules", 1, 1);
  reader.integer("num_layers", saved.num_layers, saved.num_layers);
  AdapterConfig config;
  config.num_virtual_tokens =
      reader.require("num_virtual_tokens", reader.integer("num_virtual_tokens", 1, kLongestPrompt));
  refuse_unread(reader, {"num_attention_heads", "prompt_tuning_init", "prompt_tuning_init_text",
                         "token_dim", "tokenizer_kwargs", "tokenizer_name_or_path"});
  return config;
}

// The settings that PEFT needs to build the module before it reads the tensors. The initialization
// is left out: a text would need its tokenizer's path.
nlohmann::ordered_json write_prompt(const AdapterConfig& config, const LlamaConfig& model) {
  return {{"peft_type", "PROMPT_TUNING"},
          {"num_virtual_tokens", config.num_virtual_tokens},
          {"token_dim", model.hidden_size},
          {"num_transformer_submodules", 1},
          {"num_attention_heads", model.num_attention_heads},
          {"num_layers", model.num_hidden_layers},
          {"prompt_tuning_init", "RANDOM"}};
}

TensorMap prompt_tensors(Llama& model) {
  return {{"prompt_embeddings", model->prompt_tuning->prompt_embeddings}};
}

std::vector<std::string> summarize_prompt(const AdapterConfig& config) {
  return {"prompt   " + std::to_string(config.num_virtual_tokens) +
          " virtual tokens in front of every text"};
}

}  // namespace

const Adapter& prompt_tuning_adapter() {
  static const Adapter kAdapter = [] {
    Adapter adapter;
    adapter.type = make_adapter_type(
        "prompt_tuning", "Trained virtual tokens in front of the text (arXiv 2104.08691).",
        fields());
    adapter.resolve = resolve_prompt;
    adapter.resolve_saved = resolve_saved_prompt;
    adapter.start = start_prompt;
    adapter.peft_type = "PROMPT_TUNING";
    adapter.is_saved_in = is_prompt_tuning;
    adapter.read = read_prompt;
    adapter.write = write_prompt;
    adapter.tensors = prompt_tensors;
    adapter.summary = summarize_prompt;
    adapter.usual_learning_rate = 1e-2;
    return adapter;
  }();
  return kAdapter;
}

}  // namespace mola
