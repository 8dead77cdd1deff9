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

// The longest of `answers` that is whole at `begin`; null if none is.
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

// The position after `marker` and spaces, if the marker is at `at`; `at` otherwise.
size_t skip(const std::string& text, size_t at, const std::string& marker) {
  if (text.compare(at, marker.size(), marker) != 0) return at;
  at += marker.size();
  while (at < text.size() && text[at] == ' ') ++at;
  return at;
}

// The first answer, and whether further text can no longer change it.
struct Found {
  const std::string* answer = nullptr;
  bool is_settled = false;
};

Found find_answer(const std::string& text, const std::vector<std::string>& answers) {
  bool is_settled = true;
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t begin = skip(text, skip(text, at, "Answer:"), "The answer is");
    if (begin == at) continue;
    for (const auto& answer : answers) {
      const bool may_go_on = text.size() - begin <= answer.size();
      is_settled &= !(may_go_on && answer.compare(0, text.size() - begin, text, begin) == 0);
    }
    if (const auto* answer = answer_at(text, begin, answers)) return {answer, is_settled};
  }
  return {};
}

}  // namespace

std::optional<std::string> parse_answer(const std::string& text,
                                        const std::vector<std::string>& answers) {
  const auto* answer = find_answer(text, answers).answer;
  return answer == nullptr ? std::nullopt : std::optional(*answer);
}

bool has_settled_answer(const std::string& text, const std::vector<std::string>& answers) {
  return find_answer(text, answers).is_settled;
}

}  // namespace mola
