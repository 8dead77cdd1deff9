#include "mola/tasks/prompt.h"

#include <gtest/gtest.h>

namespace mola {
namespace {

TEST(Prompt, WithoutInput) {
  EXPECT_EQ(alpaca_prompt("Name a colour."),
            "Below is an instruction that describes a task. Write a response that appropriately "
            "completes the request.\n\n"
            "### Instruction:\nName a colour.\n\n"
            "### Response:\n");
}

TEST(Prompt, WithInput) {
  EXPECT_EQ(alpaca_prompt("Translate.", "rot"),
            "Below is an instruction that describes a task, paired with an input that provides "
            "further context. Write a response that appropriately completes the request.\n\n"
            "### Instruction:\nTranslate.\n\n"
            "### Input:\nrot\n\n"
            "### Response:\n");
}

}  // namespace
}  // namespace mola
