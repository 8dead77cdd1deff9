#include "mola/tasks/task.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

TEST(Task, IsFoundByName) {
  for (const std::string name :
       {"cola", "commonsenseqa", "instruction", "mrpc", "openbookqa", "rte", "scienceqa", "text"})
    EXPECT_EQ(find_task(name).name, name);
}

TEST(Task, SuggestsTheNearestName) {
  EXPECT_EQ(message_of<Error>([] { find_task("colla"); }),
            "data.task: found 'colla', expected one of cola, commonsenseqa, instruction, mrpc, "
            "openbookqa, rte, scienceqa, text, tokens, or a .json file (nearest: cola)");
}

TEST(Task, IsNotTokens) {
  EXPECT_EQ(message_of<Error>([] { find_task("tokens"); }),
            "data.task: tokens holds no text, expected one of cola, commonsenseqa, "
            "instruction, mrpc, openbookqa, rte, scienceqa, text");
}

}  // namespace
}  // namespace mola
