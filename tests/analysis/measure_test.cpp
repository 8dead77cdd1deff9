#include "mola/analysis/measure.h"

#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

Task yes_or_no() {
  Task task;
  task.name = "yes_or_no";
  task.answers = {"yes", "no"};
  return task;
}

TEST(GroupRows, IsByAnswer) {
  const auto grouping =
      group_rows(yes_or_no(), {{"p", "Answer: no."}, {"p", "Answer: yes."}, {"p", "what?"}});
  EXPECT_EQ(grouping.by, "answer");
  EXPECT_EQ(grouping.groups, (std::vector<std::string>{"no", "yes", ""}));
  EXPECT_EQ(group_rows(Task(), {{"p", "Answer: no."}}).by, "");
}

TEST(GroupRows, IsByTopicWhereRowsHaveOne) {
  Example physics = {"p", "Answer: no."};
  physics.topic = "physics";
  const auto grouping = group_rows(yes_or_no(), {{"p", "Answer: no."}, physics});
  EXPECT_EQ(grouping.by, "topic");
  EXPECT_EQ(grouping.groups, (std::vector<std::string>{"", "physics"}));
}

TEST(Measure, GroupsAddUpToTheWhole) {
  AdapterSpec spec;
  spec["allocation"] = "34";
  auto model = tiny_model(resolve(spec, 2));
  const std::vector<Sequence> rows = {{{1, 5, 7}, {1, 5, 7}}, {{4, 9}, {4, 9}}, {{2}, {2}}};
  size_t calls = 0, seen = 0;
  const auto found = measure(model, rows, {"answer", {"yes", "no", "yes"}}, [&](size_t more) {
    ++calls;
    seen += more;
  });
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(seen, 3);
  EXPECT_EQ(found.num_layers, 2);
  EXPECT_EQ(found.redundancy.size(), 14);
  ASSERT_EQ(found.routing.size(), 14);
  for (size_t i = 0; i < 14; ++i) {
    const auto& all = found.routing[i];
    const auto& yes = found.groups.at("yes")[i];
    const auto& no = found.groups.at("no")[i];
    EXPECT_EQ(all.tokens, 6);
    EXPECT_EQ(yes.tokens, 4);
    EXPECT_EQ(no.tokens, 2);
    for (size_t e = 0; e < all.picks.size(); ++e) {
      EXPECT_EQ(all.picks[e], yes.picks[e] + no.picks[e]);
    }
  }
}

// 37 groups, so the 14 smallest, of a row of two tokens each, are laid together.
TEST(Measure, LaysTheSmallestOfManyGroupsTogether) {
  AdapterSpec spec;
  spec["allocation"] = "22";
  auto model = tiny_model(resolve(spec, 2));
  std::vector<Sequence> rows;
  Grouping grouping{"topic", {}};
  for (int i = 0; i < 40; ++i) {
    rows.push_back({{1, 2}, {1, 2}});
    grouping.groups.push_back(i < 4 ? "large" : std::to_string(i));
  }
  const auto found = measure(model, rows, grouping);
  EXPECT_EQ(found.groups.size(), 24);
  EXPECT_EQ(found.groups.at("large")[0].tokens, 8);
  EXPECT_EQ(found.groups.at("(others)")[0].tokens, 28);
}

TEST(Measure, NeedsNoRows) {
  AdapterSpec spec;
  spec["allocation"] = "34";
  auto model = tiny_model(resolve(spec, 2));
  const auto found = measure(model);
  EXPECT_EQ(found.redundancy.size(), 14);
  EXPECT_TRUE(found.routing.empty());
  EXPECT_TRUE(found.groups.empty());
}

TEST(Measure, RefusesAnAdapterWithoutTwoExperts) {
  AdapterSpec spec;
  spec["allocation"] = "11";
  auto model = tiny_model(resolve(spec, 2));
  EXPECT_EQ(message_of<Error>([&] { measure(model); }),
            "the adapter has no projection with two experts or more, so there is nothing to "
            "compare");
}

}  // namespace
}  // namespace mola
