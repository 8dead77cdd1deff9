#include "mola/data/loader.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

using Ids = std::vector<int64_t>;

// Sequences of these lengths; the i-th holds i at every position.
std::vector<Sequence> sequences_of(const std::vector<size_t>& lengths) {
  std::vector<Sequence> sequences;
  for (const size_t length : lengths) {
    const Ids ids(length, static_cast<int64_t>(sequences.size()));
    sequences.push_back({ids, ids});
  }
  return sequences;
}

std::vector<Ids> step(const Loader& loader, int64_t epoch, int64_t index) {
  std::vector<Ids> numbers;
  for (const auto& micro_batch : loader.step(epoch, index)) {
    numbers.emplace_back();
    for (const Sequence* sequence : micro_batch) numbers.back().push_back(sequence->input_ids[0]);
  }
  return numbers;
}

Ids whole_epoch(const Loader& loader, int64_t epoch) {
  Ids numbers;
  for (int64_t index = 0; index < loader.steps_per_epoch(); ++index) {
    for (const auto& micro_batch : step(loader, epoch, index)) {
      numbers.insert(numbers.end(), micro_batch.begin(), micro_batch.end());
    }
  }
  return numbers;
}

LoaderOptions in_order(int64_t batch_size, int64_t micro_batch_size) {
  return {batch_size, micro_batch_size, /*shuffle=*/false, /*group_by_length=*/false, /*seed=*/0};
}

TEST(Loader, CutsIntoStepsAndMicroBatches) {
  const Loader loader(sequences_of({1, 1, 1, 1, 1, 1, 1}), in_order(5, 2));
  EXPECT_EQ(loader.steps_per_epoch(), 2);
  EXPECT_EQ(step(loader, 0, 0), (std::vector<Ids>{{0, 1}, {2, 3}, {4}}));
  EXPECT_EQ(step(loader, 0, 1), (std::vector<Ids>{{5, 6}}));
}

TEST(Loader, CountsSteps) {
  for (const auto& [batch_size, steps] : std::vector<std::pair<int64_t, int64_t>>{
           {1, 4}, {2, 2}, {3, 2}, {4, 1}, {5, 1}, {INT64_MAX, 1}}) {
    const Loader loader(sequences_of({1, 1, 1, 1}), in_order(batch_size, batch_size));
    EXPECT_EQ(loader.steps_per_epoch(), steps) << batch_size;
    EXPECT_EQ(whole_epoch(loader, 0), (Ids{0, 1, 2, 3})) << batch_size;
  }
}

TEST(Loader, GroupsByLengthWithinAStep) {
  auto options = in_order(4, 2);
  options.group_by_length = true;
  const Loader loader(sequences_of({2, 5, 2, 9, 1, 3}), options);
  EXPECT_EQ(step(loader, 0, 0), (std::vector<Ids>{{3, 1}, {0, 2}}));
  EXPECT_EQ(step(loader, 0, 1), (std::vector<Ids>{{5, 4}}));
}

TEST(Loader, ShowsEverySequenceOnceAnEpochInANewOrder) {
  const std::vector<size_t> lengths(100, 1);
  const Loader loader(sequences_of(lengths), {8, 3, true, true, 10});
  Ids first = whole_epoch(loader, 0);
  Ids second = whole_epoch(loader, 1);
  EXPECT_NE(first, second);
  Ids all(100);
  for (int64_t i = 0; i < 100; ++i) all[i] = i;
  EXPECT_NE(first, all);
  for (auto* numbers : {&first, &second}) {
    std::sort(numbers->begin(), numbers->end());
    EXPECT_EQ(*numbers, all);
  }
}

TEST(Loader, DependsOnSeedEpochAndIndexAlone) {
  const std::vector<size_t> lengths(50, 1);
  const LoaderOptions options{8, 3, true, false, 10};
  const Loader loader(sequences_of(lengths), options);
  const auto expected = step(loader, 2, 4);
  step(loader, 0, 1);
  EXPECT_EQ(step(loader, 2, 4), expected);
  EXPECT_EQ(step(Loader(sequences_of(lengths), options), 2, 4), expected);

  auto other_seed = options;
  other_seed.seed = 11;
  EXPECT_NE(step(Loader(sequences_of(lengths), other_seed), 2, 4), expected);
}

// A resumed run may be on another machine. The numbers come from shuffle_order.py.
TEST(Loader, ShufflesAlikeEverywhere) {
  const Loader loader(sequences_of(std::vector<size_t>(10, 1)), {10, 10, true, false, 10});
  EXPECT_EQ(whole_epoch(loader, 0), (Ids{2, 8, 3, 4, 6, 0, 7, 9, 5, 1}));
  EXPECT_EQ(whole_epoch(loader, 1), (Ids{6, 2, 3, 8, 1, 7, 4, 0, 9, 5}));
}

TEST(Loader, CopiesPointIntoThemselves) {
  const Loader loader(sequences_of({1, 1}), in_order(2, 2));
  const Sequence* original = loader.step(0, 0)[0][0];
  const Loader copy = loader;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_NE(copy.step(0, 0)[0][0], original);
}

TEST(Loader, RefusesSizesBelowOne) {
  EXPECT_EQ(message_of<Error>([] { Loader(sequences_of({1}), in_order(0, 1)); }),
            "Loader: batch_size: found 0, expected at least 1");
  EXPECT_EQ(message_of<Error>([] { Loader(sequences_of({1}), in_order(1, -2)); }),
            "Loader: micro_batch_size: found -2, expected at least 1");
  EXPECT_EQ(message_of<Error>([] { Loader({}, in_order(1, 1)); }),
            "Loader: sequences: found 0, expected at least 1");
  auto options = in_order(1, 1);
  options.packed_tokens = -1;
  EXPECT_EQ(message_of<Error>([&] { Loader(sequences_of({1}), options); }),
            "Loader: packed_tokens: found -1, expected at least 0");
}

TEST(Loader, RefusesSequencesThatAreEmptyOrHaveLabelsOfAnotherLength) {
  EXPECT_EQ(message_of<Error>([] {
              Loader(sequences_of({1, 0}), in_order(1, 1));
            }),
            "Loader: sequence 1 (from 0) is empty");
  EXPECT_EQ(message_of<Error>([] {
              Loader({{{1, 2}, {1}}}, in_order(1, 1));
            }),
            "Loader: sequence 0 (from 0): found 1 labels, expected 2, one for each token");
}

TEST(Loader, RefusesAStepThatIsNotThere) {
  const Loader loader(sequences_of({1, 1, 1}), in_order(2, 1));
  EXPECT_NO_THROW(loader.step(7, 1));
  EXPECT_THROW(loader.step(0, 2), Error);
  EXPECT_THROW(loader.step(0, -1), Error);
  EXPECT_THROW(loader.step(-1, 0), Error);
}

TEST(Loader, PackingFillsMicroBatchesByTokens) {
  auto options = in_order(6, 2);
  options.packed_tokens = 10;
  const Loader loader(sequences_of({3, 6, 2, 7, 1, 9}), options);
  // First-fit from the longest: 9 + 1, 7 + 3, 6 + 2.
  EXPECT_EQ(step(loader, 0, 0), (std::vector<Ids>{{5, 4}, {3, 0}, {1, 2}}));
}

TEST(Loader, PackingGivesALongerSequenceItsOwnMicroBatch) {
  auto options = in_order(3, 1);
  options.packed_tokens = 4;
  const Loader loader(sequences_of({2, 5, 2}), options);
  EXPECT_EQ(step(loader, 0, 0), (std::vector<Ids>{{1}, {0, 2}}));
}

}  // namespace
}  // namespace mola
