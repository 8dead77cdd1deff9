#include "data/added_tokens.h"

#include <algorithm>
#include <utility>

namespace mola {
namespace {

constexpr const char* kSpace = " \t\n\v\f\r";

std::string stripped(const std::string& text, bool left, bool right) {
  const size_t begin = left ? text.find_first_not_of(kSpace) : 0;
  if (begin == std::string::npos) return "";
  const size_t end = right ? text.find_last_not_of(kSpace) + 1 : text.size();
  return end > begin ? text.substr(begin, end - begin) : "";
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  for (const auto& token : tokens_) {
    by_id_.emplace(token.id, &token);
    by_first_byte_[static_cast<unsigned char>(token.text[0])].push_back(&token);
  }
  for (auto& candidates : by_first_byte_) {
    std::stable_sort(
        candidates.begin(), candidates.end(),
        [](const AddedToken* a, const AddedToken* b) { return a->text.size() > b->text.size(); });
  }
}

const AddedToken* AddedTokens::longest_at(const std::string& text, size_t at) const {
  for (const auto* token : by_first_byte_[static_cast<unsigned char>(text[at])]) {
    if (text.compare(at, token->text.size(), token->text) == 0) return token;
  }
  return nullptr;
}

std::vector<TextPart> AddedTokens::split(const std::string& text) const {
  std::vector<TextPart> parts;
  size_t begin = 0;
  bool strips_left = false;
  const auto add_text = [&](size_t end, bool strips_right) {
    const auto between = stripped(text.substr(begin, end - begin), strips_left, strips_right);
    if (!between.empty()) parts.push_back({between, nullptr});
  };
  for (size_t at = 0; at < text.size();) {
    const AddedToken* token = longest_at(text, at);
    if (token == nullptr) {
      ++at;
      continue;
    }
    add_text(at, token->strips_left);
    parts.push_back({token->text, token});
    strips_left = token->strips_right;
    at += token->text.size();
    begin = at;
  }
  add_text(text.size(), false);
  return parts;
}

const AddedToken* AddedTokens::find(int64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

const AddedToken* AddedTokens::find(const std::string& text) const {
  const AddedToken* longest = text.empty() ? nullptr : longest_at(text, 0);
  return longest != nullptr && longest->text == text ? longest : nullptr;
}

}  // namespace mola
