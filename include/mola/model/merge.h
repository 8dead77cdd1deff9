#pragma once

#include "mola/model/llama.h"

namespace mola {

/// Throws `Error` for an adapter that cannot be merged: a projection with more than one expert, or
/// prompts.
void check_mergeable(const AdapterConfig& adapter);

/// A model without an adapter that computes the same as `model` with its adapter: each W becomes W
/// + (alpha / r) B A, computed in fp32. Unchanged weights are shared with `model`, which is not
/// modified. Throws `Error` as `check_mergeable` does.
Llama merge_adapter(Llama& model);

}  // namespace mola
