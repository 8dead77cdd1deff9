#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mola {

/// A token that is found in a text before sentencepiece sees it, such as </s> or <|im_end|>.
struct AddedToken {
  std::string text;
  int64_t id;
  bool is_special = false;    ///< gives no text when it is decoded
  bool strips_left = false;   ///< takes the white space in front of it
  bool strips_right = false;  ///< takes the white space behind it
};

/// A part of a text: an added token, or text between two of them.
struct TextPart {
  std::string text;
  const AddedToken* token;  ///< null: text
};

/// The added tokens of a tokenizer.
class AddedTokens {
 public:
  AddedTokens() = default;
  explicit AddedTokens(std::vector<AddedToken> tokens);
  AddedTokens(const AddedTokens&) = delete;
  AddedTokens& operator=(const AddedTokens&) = delete;
  AddedTokens(AddedTokens&&) = default;
  AddedTokens& operator=(AddedTokens&&) = default;

  /// Splits `text` as transformers does: at the leftmost token, of several there at the longest.
  std::vector<TextPart> split(const std::string& text) const;

  /// Null if there is none.
  const AddedToken* find(int64_t id) const;
  const AddedToken* find(const std::string& text) const;

  /// The largest id, -1 without tokens.
  int64_t largest_id() const { return by_id_.empty() ? -1 : by_id_.rbegin()->first; }

 private:
  const AddedToken* longest_at(const std::string& text, size_t at) const;

  std::vector<AddedToken> tokens_;
  std::map<int64_t, const AddedToken*> by_id_;                     // the first of several
  std::array<std::vector<const AddedToken*>, 256> by_first_byte_;  // the longest first
};

}  // namespace mola
