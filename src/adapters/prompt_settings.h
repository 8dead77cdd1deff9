#pragma once

#include <cstdint>

namespace mola {

constexpr int64_t kDefaultPromptLength = 40;
constexpr int64_t kLongestPrompt = 4096;

}  // namespace mola
