#include "mola/eval/answer.h"

#include <gtest/gtest.h>

namespace mola {
namespace {

const std::vector<std::string> kCola = {"acceptable", "unacceptable"};
const std::vector<std::string> kMrpc = {"equivalent", "not equivalent"};
const std::vector<std::string> kLetters = {"A", "B", "C"};

TEST(ParseAnswer, FindsWholeAnswers) {
  EXPECT_EQ(parse_answer("Answer: acceptable.", kCola), "acceptable");
  EXPECT_EQ(parse_answer("Answer: unacceptable.", kCola), "unacceptable");
  EXPECT_EQ(parse_answer("Answer: not equivalent.", kMrpc), "not equivalent");
  EXPECT_EQ(parse_answer("Answer: equivalent.", kMrpc), "equivalent");
  EXPECT_EQ(parse_answer("Answer: The answer is B.", kLetters), "B");
  EXPECT_EQ(parse_answer("The answer is C", kLetters), "C");
}

TEST(ParseAnswer, TakesTheFirst) {
  EXPECT_EQ(parse_answer("Answer: acceptable. Answer: unacceptable.", kCola), "acceptable");
  EXPECT_EQ(parse_answer("unacceptable or not? Answer: acceptable", kCola), "acceptable");
  EXPECT_EQ(parse_answer("A dog. The answer is B.", kLetters), "B");
  EXPECT_EQ(parse_answer("Answer: none. The answer is C.", kLetters), "C");
}

TEST(ParseAnswer, FindsNothingElse) {
  EXPECT_EQ(parse_answer("acceptable", kCola), std::nullopt);  // no marker
  EXPECT_EQ(parse_answer("I cannot tell if it is acceptable.", kCola), std::nullopt);
  EXPECT_EQ(parse_answer("Answer: not acceptable.", kCola), std::nullopt);
  EXPECT_EQ(parse_answer("Answer: acceptables", kCola), std::nullopt);
  EXPECT_EQ(parse_answer("Answer: acceptable\xC3\xA9", kCola), std::nullopt);
  EXPECT_EQ(parse_answer("Answer: maybe", kCola), std::nullopt);
  EXPECT_EQ(parse_answer("Answer: b", kLetters), std::nullopt);
  EXPECT_EQ(parse_answer("acceptable. Answer:", kCola), std::nullopt);
  EXPECT_EQ(parse_answer("", kCola), std::nullopt);
}

TEST(HasSettledAnswer, WaitsForWhatMayStillChangeIt) {
  EXPECT_TRUE(has_settled_answer("Answer: acceptable.", kCola));
  EXPECT_TRUE(has_settled_answer("Answer: not equivalent ", kMrpc));
  EXPECT_TRUE(has_settled_answer("Answer: The answer is B.", kLetters));
  EXPECT_FALSE(has_settled_answer("Answer: acceptable", kCola));  // a letter may follow
  EXPECT_FALSE(has_settled_answer("Answer: unaccept", kCola));
  EXPECT_FALSE(has_settled_answer("Answer: maybe.", kCola));
  EXPECT_FALSE(has_settled_answer("", kCola));
  EXPECT_FALSE(has_settled_answer("Answer: warm ", {"warm", "warm water"}));
  EXPECT_TRUE(has_settled_answer("Answer: warm w.", {"warm", "warm water"}));
}

}  // namespace
}  // namespace mola
