#include "eval/context_length.h"

#include <gtest/gtest.h>

#include "mola/base/log.h"

namespace mola {
namespace {

std::string warning(const std::vector<std::vector<int64_t>>& sequences, int64_t new_tokens) {
  LlamaConfig model;
  model.max_position_embeddings = 4;
  std::string warning;
  set_log_sink([&](LogLevel, const std::string& line) { warning += line; });
  warn_if_too_long(sequences, new_tokens, model);
  set_log_sink({});
  return warning;
}

TEST(ContextLength, GivesAWarningIfItIsExceeded) {
  EXPECT_EQ(warning({{1, 2, 3, 4}, {1}}, 0), "");
  EXPECT_EQ(warning({{1}, {1, 2, 3, 4, 5}}, 0),
            "the longest text has 5 tokens, more than the model's max_position_embeddings, 4");
  EXPECT_EQ(warning({{1, 2}}, 2), "");
  EXPECT_EQ(warning({{1, 2}}, 3),
            "the longest text has 2 tokens and may get 3 new ones, more than the model's "
            "max_position_embeddings, 4");
}

}  // namespace
}  // namespace mola
