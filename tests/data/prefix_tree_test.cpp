#include "data/prefix_tree.h"

#include <gtest/gtest.h>

namespace mola {
namespace {

// "sequence begin-end < parent x rows" of each segment.
std::vector<std::string> text_of(const PrefixTree& tree) {
  std::vector<std::string> lines;
  for (const auto& segment : tree.segments) {
    lines.push_back(std::to_string(segment.sequence) + " " + std::to_string(segment.begin) + "-" +
                    std::to_string(segment.end) + " < " + std::to_string(segment.parent) + " x " +
                    std::to_string(segment.rows));
  }
  return lines;
}

PrefixTree tree_of(const std::vector<std::vector<int64_t>>& ids, int64_t least, bool share = true) {
  std::vector<Sequence> sequences;
  for (const auto& row : ids) sequences.push_back({row, row});
  MicroBatch batch;
  for (const auto& sequence : sequences) batch.push_back(&sequence);
  return prefix_tree(batch, share, least);
}

using Lines = std::vector<std::string>;
using Last = std::vector<int64_t>;

TEST(PrefixTree, HasACommonBeginningOnce) {
  const auto tree = tree_of({{1, 5, 6, 7}, {1, 5, 6, 8, 9}, {1, 5, 6}}, 1);
  EXPECT_EQ(text_of(tree), (Lines{"0 0-3 < -1 x 3", "0 3-4 < 0 x 1", "1 3-5 < 0 x 1"}));
  EXPECT_EQ(tree.last, (Last{1, 2, 0}));
}

TEST(PrefixTree, HasEqualSequencesOnce) {
  const auto tree = tree_of({{1, 5}, {2}, {1, 5}}, 1);
  EXPECT_EQ(text_of(tree), (Lines{"0 0-2 < -1 x 2", "1 0-1 < -1 x 1"}));
  EXPECT_EQ(tree.last, (Last{0, 1, 0}));
}

TEST(PrefixTree, BranchesMoreThanOnce) {
  const auto tree = tree_of({{1, 2, 3, 4}, {1, 2, 3, 5}, {1, 6}}, 1);
  EXPECT_EQ(text_of(tree), (Lines{"0 0-1 < -1 x 3", "0 1-3 < 0 x 2", "0 3-4 < 1 x 1",
                                  "1 3-4 < 1 x 1", "2 1-2 < 0 x 1"}));
  EXPECT_EQ(tree.last, (Last{2, 3, 4}));
}

// The first token would save 2, the three of the first two sequences 3.
TEST(PrefixTree, SharesWhatSavesEnough) {
  const auto tree = tree_of({{1, 2, 3, 4}, {1, 2, 3, 5}, {1, 6}}, 3);
  EXPECT_EQ(text_of(tree),
            (Lines{"0 0-3 < -1 x 2", "0 3-4 < 0 x 1", "1 3-4 < 0 x 1", "2 0-2 < -1 x 1"}));
  EXPECT_EQ(tree.last, (Last{1, 2, 3}));
}

TEST(PrefixTree, IsFlatIfNothingIsToBeShared) {
  const Lines flat = {"0 0-2 < -1 x 1", "1 0-2 < -1 x 1"};
  EXPECT_EQ(text_of(tree_of({{1, 5}, {1, 5}}, 1, /*share=*/false)), flat);
  EXPECT_EQ(text_of(tree_of({{1, 5}, {1, 5}}, 3)), flat);
}

TEST(PrefixTree, IsFlatIfASegmentWouldBeLong) {
  std::vector<int64_t> longer(520, 3);
  longer[0] = 1;
  EXPECT_EQ(tree_of({longer, {1, 3, 3, 4}}, 1).segments[0].rows, 1);
  EXPECT_EQ(tree_of({longer, longer}, 1).segments[0].rows, 1);
  longer.resize(512);
  EXPECT_EQ(tree_of({longer, longer}, 1).segments[0].rows, 2);
}

// Of 26 tokens, 1 would be saved: less than one in 16.
TEST(PrefixTree, IsFlatAndInOrderIfASmallShareWouldBeSaved) {
  std::vector<std::vector<int64_t>> rows(3, std::vector<int64_t>(13, 2));
  rows[0][0] = rows[2][0] = 1;
  rows[1][0] = 9;
  for (int64_t i = 0; i < 3; ++i) rows[i][1] = 3 + i;
  EXPECT_EQ(text_of(tree_of(rows, 1)),
            (Lines{"0 0-13 < -1 x 1", "1 0-13 < -1 x 1", "2 0-13 < -1 x 1"}));
}

}  // namespace
}  // namespace mola
