#pragma once

#include "adapters/adapter.h"

namespace mola {

/// Starts new experts that ask for PiSSA from the largest singular values of the weights. Throws
/// `Error` for a rank above what a weight can have.
void start_experts(Llama& model, const EncodeText& encode_text);

}  // namespace mola
