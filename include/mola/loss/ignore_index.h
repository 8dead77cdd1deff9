#pragma once

#include <cstdint>

namespace mola {

/// The label of a position that does not contribute to the loss, as in transformers.
constexpr int64_t kIgnoreIndex = -100;

}  // namespace mola
