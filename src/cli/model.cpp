#include "cli/model.h"

#include "mola/io/pretrained.h"
#include "mola/model/device.h"
#include "train/run_summary.h"

namespace mola::cli {

Llama load_model_unfrozen(const ModelOptions& options) {
  const auto device = choose_device(options.device);
  const auto dtype = choose_dtype(options.dtype, device);
  auto model = load_pretrained(options.model, options.adapter, dtype, device);
  log_model(options.model, model);
  return model;
}

Llama load_model(const ModelOptions& options) {
  auto model = load_model_unfrozen(options);
  model->prepare_for_inference();
  return model;
}

}  // namespace mola::cli
