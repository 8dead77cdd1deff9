#include "data/added_tokens.h"

#include <gtest/gtest.h>

namespace mola {
namespace {

// The parts of a text, each with the id of its token, or -1.
std::vector<std::pair<std::string, int64_t>> split(const AddedTokens& tokens,
                                                   const std::string& text) {
  std::vector<std::pair<std::string, int64_t>> parts;
  for (const auto& part : tokens.split(text)) {
    parts.emplace_back(part.text, part.token == nullptr ? -1 : part.token->id);
  }
  return parts;
}

using Parts = std::vector<std::pair<std::string, int64_t>>;

TEST(AddedTokens, SplitAText) {
  const AddedTokens tokens({{"<s>", 1}, {"</s>", 2}});
  EXPECT_EQ(split(tokens, "<s>a <b</s></s>"),
            (Parts{{"<s>", 1}, {"a <b", -1}, {"</s>", 2}, {"</s>", 2}}));
  EXPECT_EQ(split(tokens, "a"), (Parts{{"a", -1}}));
  EXPECT_EQ(split(tokens, ""), Parts{});
  EXPECT_EQ(split(AddedTokens(), "<s>"), (Parts{{"<s>", -1}}));
}

TEST(AddedTokens, OfSeveralAtOnePlaceTheLongestCounts) {
  const AddedTokens tokens({{"ab", 1}, {"abc", 2}, {"cd", 3}, {"b", 4}});
  EXPECT_EQ(split(tokens, "abcd"), (Parts{{"abc", 2}, {"d", -1}}));
  EXPECT_EQ(split(tokens, "abd"), (Parts{{"ab", 1}, {"d", -1}}));
}

TEST(AddedTokens, MayTakeTheWhiteSpaceAroundThem) {
  AddedToken left{"L", 1}, right{"R", 2};
  left.strips_left = true;
  right.strips_right = true;
  const AddedTokens tokens({left, right});
  EXPECT_EQ(split(tokens, "a \n L b"), (Parts{{"a", -1}, {"L", 1}, {" b", -1}}));
  EXPECT_EQ(split(tokens, "a R\t b "), (Parts{{"a ", -1}, {"R", 2}, {"b ", -1}}));
  EXPECT_EQ(split(tokens, "R L"), (Parts{{"R", 2}, {"L", 1}}));
}

TEST(AddedTokens, AreFound) {
  const AddedTokens tokens({{"a", 7}, {"ab", 9}, {"x", 7}});
  EXPECT_EQ(tokens.find(int64_t{9})->text, "ab");
  EXPECT_EQ(tokens.find(int64_t{7})->text, "a");  // the first
  EXPECT_EQ(tokens.find(int64_t{8}), nullptr);
  EXPECT_EQ(tokens.find("a")->id, 7);
  EXPECT_EQ(tokens.find("x")->id, 7);
  EXPECT_EQ(tokens.find("b"), nullptr);
  EXPECT_EQ(tokens.find(""), nullptr);
  EXPECT_EQ(tokens.largest_id(), 9);
  EXPECT_EQ(AddedTokens().largest_id(), -1);
}

}  // namespace
}  // namespace mola
