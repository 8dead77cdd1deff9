#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/data/tokenizer.h"

namespace mola {

/// Turns tokens into text as they come: whole UTF-8 characters only, although a token may be a part
/// of one, and nothing from a stop string on. Bytes that are no UTF-8 become U+FFFD, one each.
class TextStream {
 public:
  /// `stop` are strings that end the text and are not part of it. `begins_text` says that no text
  /// stands before: the space that a tokenizer puts in front is then left out.
  explicit TextStream(const Tokenizer& tokenizer, std::vector<std::string> stop = {},
                      bool begins_text = false);

  /// The text that `token` has made certain, often none: what may still become a character or a
  /// stop string is held back.
  std::string push(int64_t token);

  /// What was held back; the text is at its end.
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
  std::string bytes_;  // of a character that is not whole yet
  std::string text_;   // that may be the beginning of a stop string
};

}  // namespace mola
