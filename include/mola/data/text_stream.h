#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/data/tokenizer.h"

namespace mola {

/// Streams tokens as text: only whole UTF-8 characters, although a token may be a part of one, and
/// nothing from a stop string on. Invalid bytes become U+FFFD, one each.
class TextStream {
 public:
  /// `stop` are strings that end the text and are not part of it. `begins_text`: no text precedes,
  /// so the space that a tokenizer puts in front is left out.
  explicit TextStream(const Tokenizer& tokenizer, std::vector<std::string> stop = {},
                      bool begins_text = false);

  /// The text that `token` completes, often none: bytes that may still become a character or a stop
  /// string are held back.
  std::string push(int64_t token);

  /// The text that was held back, at the end of the text.
  std::string finish();

  /// Whether a stop string was found.
  bool stopped() const { return stopped_; }

 private:
  void take_characters(bool is_last);
  size_t certain() const;

  const Tokenizer* tokenizer_;
  std::vector<std::string> stop_;
  bool begins_text_;
  bool stopped_ = false;
  std::string bytes_;  // of an incomplete character
  std::string text_;   // possible beginning of a stop string
};

}  // namespace mola
