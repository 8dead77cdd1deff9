#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mola {

/// A sentencepiece tokenizer with the same ids as Hugging Face's LLaMA tokenizer (slow, legacy).
/// Only "<s>", "</s>" and "<unk>" differ: in a text they are ordinary characters, so that no row of
/// a data set can contain a special token.
class Tokenizer {
 public:
  /// `path` is a tokenizer.model file or a folder that contains one. Throws `Error` if it cannot be
  /// read, and if the folder has only a tokenizer.json.
  explicit Tokenizer(const std::string& path);

  /// The tokenizer from the bytes of a tokenizer.model; errors call them `name`.
  static Tokenizer from_bytes(const std::string& bytes, const std::string& name);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  /// The ids of `text`, without bos and eos.
  std::vector<int64_t> encode(const std::string& text) const;

  /// The text of `ids`; bos, eos and unk give no text. Throws `Error` for an id outside the
  /// vocabulary.
  std::string decode(const std::vector<int64_t>& ids) const;

  /// The bytes that the token adds to a text: its piece, or a single byte, which may be a part of a
  /// character; none for bos, eos and unk. Throws `Error` for an id outside the vocabulary.
  std::string bytes(int64_t id) const;

  /// The piece `id` of the vocabulary, with "▁" for a space. Throws `Error` for an id outside it.
  std::string piece(int64_t id) const;

  int64_t vocab_size() const;
  int64_t bos_id() const;
  int64_t eos_id() const;

  /// The bytes of its tokenizer.model.
  std::string serialized() const;

 private:
  Tokenizer() = default;

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mola
