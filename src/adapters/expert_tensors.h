#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mola/model/llama.h"
#include "mola/model/tensor_map.h"

namespace mola {

/// Names of the experts' tensors in the files of an adapter: with a number, as in the official MoLA
/// code (lora_A_0), or without, as in PEFT's LoRA (lora_A).
enum class ExpertNaming { kNumbered, kPlain };

/// The names of one projection's tensors.
class ExpertNames {
 public:
  ExpertNames(ExpertNaming naming, const ProjectionPlace& place);

  std::string lora_A(int64_t expert) const;
  std::string lora_B(int64_t expert) const;
  std::string router() const;
  std::string initial_A() const;  ///< of PiSSA, in a MoLA adapter
  std::string initial_B() const;

 private:
  std::string prefix_;
  ExpertNaming naming_;
};

/// "base_model.model.model.layers.3."
std::string layer_prefix(int64_t layer);

/// Calls `visit` for every projection that has experts.
void for_each_mixture(Llama& model, ExpertNaming naming,
                      const std::function<void(const ProjectionPlace&, const ExpertNames&)>& visit);

/// The experts' and routers' tensors by their names.
TensorMap expert_tensors(Llama& model, ExpertNaming naming);

/// The routers of single experts, which have no effect; the official code saves them anyway.
std::vector<std::string> idle_routers(Llama& model, ExpertNaming naming);

}  // namespace mola
