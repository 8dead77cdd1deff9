#include "mola/io/pretrained.h"

#include <algorithm>

#include "mola/base/error.h"
#include "mola/data/tokenizer.h"
#include "mola/io/adapter.h"
#include "mola/io/base_model.h"
#include "mola/model/builders.h"
#include "mola/model/device.h"
#include "mola/model/weights.h"
#include "mola/nn/pissa.h"

namespace mola {
namespace {

// The virtual tokens start as those of the text behind bos, as in PEFT.
void start_from_text(Llama& model, const Tokenizer& tokenizer) {
  auto ids = tokenizer.encode(model->adapter.init_text);
  ids.insert(ids.begin(), tokenizer.bos_id());
  initialize_prompt(model, ids);
}

// A matrix has no more singular values than its smaller side.
void check_pissa_rank(const ProjectionPlace& place) {
  const auto weight = place.group.projection_weight(place.index);
  const int64_t most = std::min(weight.size(0), weight.size(1));
  const int64_t rank = place.mixture()->options.rank();
  if (rank <= most) return;
  fail("adapter.rank: found ", rank, " for ", place.name, " of layer ", place.layer,
       ", expected at most ", most, " with the init pissa, since its weight is ", weight.size(0),
       " x ", weight.size(1));
}

}  // namespace

Llama load_pretrained(const std::string& model_folder, const std::string& adapter_folder,
                      torch::Dtype dtype, torch::Device device) {
  const auto config = read_llama_config(model_folder);
  const auto adapter = adapter_folder.empty()
                           ? AdapterConfig{}
                           : read_adapter_config(adapter_folder, config.num_hidden_layers);
  auto model = build_llama(config, adapter, dtype, device);
  load_base_model(model, model_folder);
  if (!adapter_folder.empty()) load_adapter(model, adapter_folder);
  model->eval();
  return model;
}

Llama load_for_training(const ModelConfig& base, const AdapterConfig& adapter,
                        const std::optional<std::string>& init_from) {
  const auto device = choose_device(base.device);
  const auto dtype = choose_dtype(base.dtype, device);
  auto model = build_llama(read_llama_config(base.path), adapter, dtype, device);
  load_base_model(model, base.path);
  start_adapter(model, base.path, init_from);
  return model;
}

void start_adapter(Llama& model, const std::string& base_folder,
                   const std::optional<std::string>& init_from) {
  if (init_from) {
    load_adapter(model, *init_from);
  } else if (!model->adapter.init_text.empty()) {
    start_from_text(model, Tokenizer(base_folder));
  } else if (model->adapter.init == Init::kPissa) {
    model->for_each_projection([](const ProjectionPlace& place) {
      if (place.mixture().is_empty()) return;
      check_pissa_rank(place);
      start_pissa(place.group, place.index);
    });
  }
}

}  // namespace mola
