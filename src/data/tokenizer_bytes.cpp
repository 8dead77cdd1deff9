#include "data/tokenizer_bytes.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "mola/base/error.h"

namespace mola {
namespace {

using Bytes = std::string_view;

// Takes a number off the front of `bytes`; none if it does not end.
std::optional<uint64_t> take_varint(Bytes& bytes) {
  uint64_t value = 0;
  for (uint32_t shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

// The size of the value that follows the tag, none for a damaged one. A number is taken at once;
// the begin and the end of a group have no value.
std::optional<uint64_t> take_size(uint64_t tag, Bytes& message) {
  enum Type { kNumber = 0, kEightBytes = 1, kSized = 2, kFourBytes = 5 };
  switch (tag & 7u) {
    case kNumber:
      return take_varint(message) ? std::optional<uint64_t>(0) : std::nullopt;
    case kEightBytes:
      return 8;
    case kSized:
      return take_varint(message);
    case kFourBytes:
      return 4;
    default:
      return 0;
  }
}

// All values of a field of a protobuf message up to where that is damaged.
std::vector<Bytes> values_of(Bytes message, uint32_t field) {
  std::vector<Bytes> values;
  while (const auto tag = take_varint(message)) {
    const auto size = take_size(*tag, message);
    if (!size || *size > message.size()) break;
    if (static_cast<uint32_t>(*tag) >> 3u == field) values.push_back(message.substr(0, *size));
    message.remove_prefix(*size);
  }
  return values;
}

// Whether no text leads out of a precompiled_charsmap: the size of a table in bytes, the table, and
// the texts that it points to. The table is a double array of darts-clone in blocks of 256 units:
// unit u at the position i continues in the block of i ^ offset(u), and with the bit 8 has a value,
// the position of a text, at i ^ offset(u) itself.
bool is_closed(Bytes map) {
  constexpr size_t kBlock = 256;
  uint32_t size = 0;
  if (map.size() < sizeof size) return false;
  std::memcpy(&size, map.data(), sizeof size);
  map.remove_prefix(sizeof size);
  if (size == 0 || size >= map.size() || size % (kBlock * sizeof(uint32_t)) != 0) return false;
  std::vector<uint32_t> units(size / sizeof(uint32_t));
  std::memcpy(units.data(), map.data(), size);
  for (size_t i = 0; i < units.size(); ++i) {
    const uint32_t unit = units[i];
    const bool is_value = unit >> 31u != 0;
    if (is_value && i > 0) continue;
    const size_t next = i ^ (unit >> 10u << ((unit & 0x200u) >> 6u));
    if (next >= units.size()) return false;
    const bool has_value = (unit & 0x100u) != 0;
    if (has_value && (units[next] & 0x7FFFFFFFu) >= map.size() - size) return false;
  }
  return true;
}

}  // namespace

void check_tokenizer_bytes(const std::string& bytes, const std::string& name) {
  constexpr uint32_t kPiece = 1, kText = 1;
  for (const auto piece : values_of(bytes, kPiece)) {
    for (const auto text : values_of(piece, kText)) {
      if (text.find('\0') != Bytes::npos) fail(name, ": has a piece with a NUL character");
    }
  }
  constexpr uint32_t kNormalizer = 3, kDenormalizer = 5, kCharsmap = 2;
  for (const auto field : {kNormalizer, kDenormalizer}) {
    for (const auto spec : values_of(bytes, field)) {
      for (const auto map : values_of(spec, kCharsmap)) {
        if (!map.empty() && !is_closed(map)) fail(name, ": its precompiled_charsmap is damaged");
      }
    }
  }
}

}  // namespace mola
