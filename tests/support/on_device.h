#pragma once

#include "mola/model/builders.h"
#include "support/pretend_device.h"

namespace mola {

/// The same model, in the same mode and dtype, on the pretend device.
inline Llama on_device(Llama& model) {
  const auto dtype = model->embed_tokens.scalar_type();
  auto copy = build_llama(model->config, model->adapter, dtype, pretend_device());
  if (dtype == torch::kDouble) copy->to(dtype);  // the adapter as well
  const torch::NoGradGuard no_grad;
  auto places = copy->named_parameters();
  for (const auto& item : model->named_parameters()) {
    places[item.key()].copy_(item.value());
    places[item.key()].requires_grad_(item.value().requires_grad());
  }
  copy->train(model->is_training());
  copy->gradient_checkpointing = model->gradient_checkpointing;
  return copy;
}

}  // namespace mola
