#include "mola/data/text_stream.h"

#include <algorithm>

#include "base/utf8.h"

namespace mola {

TextStream::TextStream(const Tokenizer& tokenizer, std::vector<std::string> stop, bool begins_text)
    : tokenizer_(&tokenizer), stop_(std::move(stop)), begins_text_(begins_text) {
  stop_.erase(std::remove(stop_.begin(), stop_.end(), ""), stop_.end());
}

// Moves whole characters from the bytes to the text. An incomplete one at the end stays, unless no
// more bytes follow.
void TextStream::take_characters(bool is_last) {
  size_t at = 0;
  while (at < bytes_.size()) {
    const size_t length = utf8_length(bytes_, at);
    if (length == 0 && !is_last && is_begun_utf8(bytes_, at)) break;
    text_ += length == 0 ? "\uFFFD" : bytes_.substr(at, length);
    at += std::max<size_t>(1, length);
  }
  bytes_.erase(0, at);
}

// The length of the text that can no longer be part of a stop string.
size_t TextStream::certain() const {
  for (size_t at = 0; at < text_.size(); ++at) {
    for (const auto& stop : stop_) {
      const size_t left = text_.size() - at;
      if (left < stop.size() && stop.compare(0, left, text_, at, left) == 0) return at;
    }
  }
  return text_.size();
}

std::string TextStream::push(int64_t token) {
  if (stopped_) return "";
  auto bytes = tokenizer_->bytes(token);
  if (begins_text_ && !bytes.empty()) {
    if (bytes[0] == ' ') bytes.erase(0, 1);
    begins_text_ = false;
  }
  bytes_ += bytes;
  take_characters(/*is_last=*/false);
  size_t end = std::string::npos;
  for (const auto& stop : stop_) end = std::min(end, text_.find(stop));
  stopped_ = end != std::string::npos;
  if (!stopped_) end = certain();
  const auto ready = text_.substr(0, end);
  text_.erase(0, stopped_ ? std::string::npos : end);
  return ready;
}

std::string TextStream::finish() {
  if (stopped_) return "";
  take_characters(/*is_last=*/true);
  return std::move(text_);
}

}  // namespace mola
