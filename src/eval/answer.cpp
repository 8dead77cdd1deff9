#include "mola/eval/answer.h"

#include <cctype>

namespace mola {
namespace {

// Bytes of characters beyond ASCII count as letters.
bool is_letter(const std::string& text, size_t at) {
  if (at >= text.size()) return false;
  const auto byte = static_cast<unsigned char>(text[at]);
  return byte >= 0x80 || std::isalnum(byte) != 0;
}

bool stands_whole(const std::string& text, size_t at, const std::string& answer) {
  return text.compare(at, answer.size(), answer) == 0 &&
         !(at > 0 && is_letter(text, at - 1) && is_letter(text, at)) &&
         !is_letter(text, at + answer.size());
}

size_t after(const std::string& text, size_t begin, const std::string& marker) {
  const auto found = text.find(marker, begin);
  return found == std::string::npos ? begin : found + marker.size();
}

}  // namespace

std::optional<std::string> parse_answer(const std::string& text,
                                        const std::vector<std::string>& answers) {
  const size_t begin = after(text, after(text, 0, "Answer:"), "The answer is");
  for (size_t at = begin; at < text.size(); ++at) {
    const std::string* longest = nullptr;
    for (const auto& answer : answers) {
      const bool is_longer = longest == nullptr || answer.size() > longest->size();
      if (is_longer && !answer.empty() && stands_whole(text, at, answer)) longest = &answer;
    }
    if (longest != nullptr) return *longest;
  }
  return std::nullopt;
}

}  // namespace mola
