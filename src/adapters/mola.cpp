#include "adapters/adapter_list.h"
#include "adapters/allocation_picture.h"
#include "adapters/expert_files.h"
#include "adapters/expert_settings.h"
#include "adapters/expert_tensors.h"
#include "adapters/pissa.h"
#include "mola/nn/pissa.h"

namespace mola {
namespace {

constexpr auto kNaming = ExpertNaming::kNumbered;

AdapterConfig resolve_mola(const JsonReader& reader, int64_t num_layers) {
  const auto settings = read_fields(reader, mixture_fields());
  if (!settings.allocation) fail("adapter.allocation: is missing, expected one such as 2468");
  return resolve_experts(settings, num_layers);
}

bool is_mola(const SavedAdapter& saved) {
  if (has_mola_object(saved)) return type_in_mola_object(saved) == "mola";
  return is_peft_lora(saved) && has_numbered_experts(saved);
}

AdapterConfig read_mola(const SavedAdapter& saved) {
  return has_mola_object(saved) ? read_mola_object(saved) : read_peft_experts(saved);
}

// The official code reads a list of ranks; PEFT refuses one, as it should.
nlohmann::ordered_json write_mola(const AdapterConfig& config, const LlamaConfig&) {
  auto json = experts_json(config);
  json["r"] = config.rank.values.begin()->second;
  json["mola"] = mola_object(config);
  return json;
}

// The initial factors of PiSSA, one pair for each projection, are saved along with the experts, so
// that the adapter can be loaded on the original base model.
TensorMap mola_tensors(Llama& model) {
  auto tensors = expert_tensors(model, kNaming);
  if (model->adapter.init != Init::kPissa) return tensors;
  for_each_mixture(model, kNaming, [&](const ProjectionPlace& place, const ExpertNames& names) {
    tensors[names.initial_A()] = place.mixture()->initial_A.clone();
    tensors[names.initial_B()] = place.mixture()->initial_B.clone();
  });
  return tensors;
}

// The weights of the model become the residuals of the initial factors.
void take_initial_factors(Llama& model, const TensorMap& tensors) {
  if (model->adapter.init != Init::kPissa) return;
  for_each_mixture(model, kNaming, [&](const ProjectionPlace& place, const ExpertNames& names) {
    set_initial_factors(place.group, place.index, tensors.at(names.initial_A()),
                        tensors.at(names.initial_B()));
  });
}

std::vector<std::string> idle_mola_routers(Llama& model) { return idle_routers(model, kNaming); }

std::vector<std::string> summarize_mola(const AdapterConfig& config) {
  std::vector<std::string> lines;
  for (const auto& picture : allocation_picture(config)) lines.push_back("experts  " + picture);
  return lines;
}

}  // namespace

const Adapter& mola_adapter() {
  static const Adapter kAdapter = [] {
    Adapter adapter;
    adapter.type = make_adapter_type("mola",
                                     "A mixture of LoRA experts per projection, with a router; the "
                                     "number of experts may differ from layer to layer.",
                                     mixture_fields());
    adapter.resolve = resolve_mola;
    adapter.resolve_saved = resolve_saved_experts;
    adapter.start = start_experts;
    adapter.peft_type = "LORA";
    adapter.is_saved_in = is_mola;
    adapter.read = read_mola;
    adapter.write = write_mola;
    adapter.tensors = mola_tensors;
    adapter.finish_load = take_initial_factors;
    adapter.ignored_tensors = idle_mola_routers;
    adapter.summary = summarize_mola;
    return adapter;
  }();
  return kAdapter;
}

}  // namespace mola
