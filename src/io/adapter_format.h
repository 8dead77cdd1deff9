#pragma once

#include <cstdint>
#include <string>

#include "mola/config/adapter_config.h"
#include "mola/config/llama_config.h"
#include "mola/io/safetensors_file.h"

namespace mola {

/// The names that the tensors of one projection's adapter have in a file: the official MoLA code's,
/// or PEFT's for LoRA.
class AdapterNames {
 public:
  AdapterNames(AdapterType type, int64_t layer, const std::string& block,
               const std::string& projection);

  std::string lora_A(int64_t expert) const;
  std::string lora_B(int64_t expert) const;
  std::string router() const;
  std::string initial_A() const;  // of PiSSA, in a MoLA adapter
  std::string initial_B() const;

 private:
  std::string prefix_;
  bool numbered_;
};

/// The name that PEFT gives to the virtual tokens of prompt tuning.
constexpr auto kPromptEmbeddings = "prompt_embeddings";

/// The name that PEFT gives to what LLaMA-Adapter adds to the attention of a layer: `part` is
/// "adaption_prompt" or "adaption_gate".
std::string adaption_name(int64_t layer, const std::string& part);

/// adapter_config.json of the adapter `config` on `model`, as text.
std::string adapter_config_text(const AdapterConfig& config, const LlamaConfig& model);

/// The path that the tensors have in an adapter's folder. Throws `Error` where there is only a
/// pickle, and names the script that converts it.
std::string adapter_tensors_path(const std::string& folder);

}  // namespace mola
