#pragma once

#include <cstdint>

namespace mola {

/// The label of a position that takes no part in the loss, as in transformers.
constexpr int64_t kIgnoreIndex = -100;

}  // namespace mola
