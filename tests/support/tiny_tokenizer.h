#pragma once

#include <cstdint>
#include <cstring>
#include <string>

namespace mola {

/// Writes a sentencepiece model file by hand: each method appends one field of its protobuf
/// message.
class ProtoWriter {
 public:
  ProtoWriter& number(int field, uint64_t value) {
    varint(static_cast<uint64_t>(field) << 3U);
    varint(value);
    return *this;
  }
  ProtoWriter& real(int field, float value) {
    varint(static_cast<uint64_t>(field) << 3U | 5U);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    bytes_.append(bytes, sizeof value);
    return *this;
  }
  ProtoWriter& text(int field, const std::string& value) {
    varint(static_cast<uint64_t>(field) << 3U | 2U);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7U) bytes_ += static_cast<char>(value | 0x80U);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

/// A tokenizer.model of 288 pieces made as LLaMA's: byte-pair merges, a space put in front, bytes
/// for what has no piece.
///
///     0 <unk>   1 <s>   2 </s>   3..258 the bytes   259 "▁" (space)   260..285 a to z
///     286 "▁a"   287 "bc"
///
/// So "a bc." is ▁a, ▁, bc, <0x2E>: 286 259 287 49.
inline std::string tiny_tokenizer_model() {
  enum Type { kNormal = 1, kUnknown = 2, kControl = 3, kByte = 6 };
  const std::string space = "\u2581";
  ProtoWriter model;
  float score = 0;
  const auto add = [&](const std::string& piece, Type type) {
    model.text(1, ProtoWriter().text(1, piece).real(2, score).number(3, type).bytes());
  };
  add("<unk>", kUnknown);
  add("<s>", kControl);
  add("</s>", kControl);
  for (int byte = 0; byte < 256; ++byte) {
    const char* digits = "0123456789ABCDEF";
    add(std::string("<0x") + digits[byte / 16] + digits[byte % 16] + ">", kByte);
  }
  add(space, kNormal);
  for (char letter = 'a'; letter <= 'z'; ++letter) add(std::string(1, letter), kNormal);
  for (const auto& merged : {space + "a", std::string("bc")}) {
    score -= 1;
    add(merged, kNormal);
  }
  constexpr int kBytePairEncoding = 2;
  constexpr int kByteFallback = 35;
  model.text(2, ProtoWriter().number(3, kBytePairEncoding).number(kByteFallback, 1).bytes());
  model.text(3, ProtoWriter()
                    .text(1, "identity")
                    .number(3, 1)  // add_dummy_prefix
                    .number(4, 0)  // remove_extra_whitespaces
                    .number(5, 1)  // escape_whitespaces
                    .bytes());
  return model.bytes();
}

}  // namespace mola
