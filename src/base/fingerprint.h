#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mola {

/// Tells whether data has changed: FNV-1a of 64 bits. It is no protection against intent.
class Fingerprint {
 public:
  void add(int64_t number) { mix(static_cast<uint64_t>(number)); }
  void add(std::string_view text) {
    add(static_cast<int64_t>(text.size()));
    for (const char c : text) mix(static_cast<unsigned char>(c));
  }
  /// 16 hexadecimal digits.
  std::string text() const {
    static constexpr const char* kDigits = "0123456789abcdef";
    std::string digits;
    for (uint64_t i = 0; i < 16; ++i) digits += kDigits[(hash_ >> (60 - 4 * i)) & 15U];
    return digits;
  }

 private:
  void mix(uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001b3; }

  uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace mola
