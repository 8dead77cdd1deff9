#pragma once

#include <cstdint>
#include <cstring>
#include <string>

namespace mola {

/// The bytes of a safetensors file with this header, well formed or not, and `data_size` bytes of
/// zeros.
inline std::string raw_safetensors(const std::string& header, size_t data_size) {
  const uint64_t length = header.size();
  std::string bytes(sizeof(length), '\0');
  std::memcpy(bytes.data(), &length, sizeof(length));
  return bytes + header + std::string(data_size, '\0');
}

}  // namespace mola
