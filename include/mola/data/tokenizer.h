#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mola {

/// A sentencepiece tokenizer with the same ids as Hugging Face's LLaMA tokenizer (slow), and with
/// the tokens that its folder adds to tokenizer.model.
class Tokenizer {
 public:
  /// `path` is a tokenizer.model file or a folder that contains one; of a folder
  /// tokenizer_config.json, added_tokens.json and special_tokens_map.json apply too. Throws `Error`
  /// if it cannot be read, and if the folder has only a tokenizer.json.
  explicit Tokenizer(const std::string& path);

  /// The tokenizer from the bytes of a tokenizer.model; errors call them `name`.
  static Tokenizer from_bytes(const std::string& bytes, const std::string& name);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  /// The ids of `text` without bos and eos. The spelling of a special token, such as "</s>", is
  /// ordinary text here.
  std::vector<int64_t> encode(const std::string& text) const;

  /// The ids that transformers' `tokenizer(text)` gives: bos, unless add_bos_token is false, and
  /// the text with the ids of the special and added tokens that it spells. Never ends with an eos
  /// that is not in the text.
  std::vector<int64_t> encode_with_special_tokens(const std::string& text) const;

  /// The text of `ids`; special tokens give no text. Throws `Error` for an id outside the
  /// vocabulary.
  std::string decode(const std::vector<int64_t>& ids) const;

  /// The bytes that the token adds to a text: its piece, or a single byte, which may be a part of a
  /// character; none for a special token. Throws `Error` for an id outside the vocabulary.
  std::string bytes(int64_t id) const;

  /// The piece `id` of the vocabulary, with "▁" for a space. Throws `Error` for an id outside it.
  std::string piece(int64_t id) const;

  /// Throws `Error` if the model with this `vocab_size` has no embedding for bos or eos.
  void check_fits(int64_t vocab_size) const;

  int64_t vocab_size() const;  ///< pieces of tokenizer.model
  int64_t num_ids() const;     ///< one more than the largest id, that of an added token or a piece
  int64_t bos_id() const;
  int64_t eos_id() const;

  /// The ids that end a generated text: those of generation_config.json or config.json, and eos.
  std::vector<int64_t> end_ids() const;

  /// The bytes of its tokenizer.model.
  std::string serialized() const;

 private:
  Tokenizer() = default;

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mola
