#pragma once

#include "mola/model/llama.h"

namespace mola {

/// The model without an adapter that gives what `model` gives with its adapter: each W becomes
/// W + (alpha / r) B A, computed in fp32. The weights that stay as they are, are shared with
/// `model`, which is left alone. Throws `Error` for an adapter that no weights can stand for: a
/// projection with more than one expert, or prompts.
Llama merge_adapter(Llama& model);

}  // namespace mola
