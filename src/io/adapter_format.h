#pragma once

#include <cstdint>
#include <string>

#include "mola/config/adapter_config.h"
#include "mola/io/safetensors_file.h"

namespace mola {

/// The names that the tensors of one projection's adapter have in a file: the official MoLA code's,
/// or PEFT's for LoRA.
class AdapterNames {
 public:
  AdapterNames(const std::string& type, int64_t layer, const std::string& block,
               const std::string& projection);

  std::string lora_A(int64_t expert) const;
  std::string lora_B(int64_t expert) const;
  std::string router() const;

 private:
  std::string prefix_;
  bool numbered_;
};

/// adapter_config.json of `config`, as text.
std::string adapter_config_text(const AdapterConfig& config);

/// The path of the tensors in an adapter's folder. Throws `Error` if there are none, and names the
/// script that converts them where they are a pickle.
std::string adapter_tensors_path(const std::string& folder);

}  // namespace mola
