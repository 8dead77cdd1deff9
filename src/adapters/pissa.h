#pragma once

#include "adapters/adapter.h"

namespace mola {

/// Initializes new experts with init pissa from the largest singular values of the weights. Throws
/// `Error` for a rank above the smaller side of a weight.
void start_experts(Llama& model, const EncodeText& encode_text);

}  // namespace mola
