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

// The longest of `answers` that stands whole at `begin`; null if none does.
const std::string* answer_at(const std::string& text, size_t begin,
                             const std::vector<std::string>& answers) {
  const std::string* longest = nullptr;
  for (const auto& answer : answers) {
    const bool stands = !answer.empty() && text.compare(begin, answer.size(), answer) == 0 &&
                        !is_letter(text, begin + answer.size());
    if (stands && (longest == nullptr || answer.size() > longest->size())) longest = &answer;
  }
  return longest;
}

// Where the text goes on after `marker` and spaces, if the marker stands at `at`; `at` otherwise.
size_t skip(const std::string& text, size_t at, const std::string& marker) {
  if (text.compare(at, marker.size(), marker) != 0) return at;
  at += marker.size();
  while (at < text.size() && text[at] == ' ') ++at;
  return at;
}

}  // namespace

std::optional<std::string> parse_answer(const std::string& text,
                                        const std::vector<std::string>& answers) {
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t begin = skip(text, skip(text, at, "Answer:"), "The answer is");
    if (begin == at) continue;
    if (const auto* answer = answer_at(text, begin, answers)) return *answer;
  }
  return std::nullopt;
}

}  // namespace mola
