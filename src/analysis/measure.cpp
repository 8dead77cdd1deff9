#include "mola/analysis/measure.h"

#include <algorithm>

#include "mola/analysis/redundancy.h"
#include "mola/analysis/routing.h"
#include "mola/base/error.h"
#include "mola/eval/answer.h"

namespace mola {
namespace {

constexpr size_t kMostGroups = 24;
const std::string kOthers = "(others)";

using Rows = std::vector<const Sequence*>;

// The rows of each group; of more than kMostGroups groups, the smallest are merged.
std::map<std::string, Rows> rows_by_group(const std::vector<Sequence>& sequences,
                                          const Grouping& grouping) {
  std::map<std::string, Rows> groups;
  for (size_t i = 0; i < sequences.size(); ++i) {
    groups[grouping.by.empty() ? "" : grouping.groups.at(i)].push_back(&sequences[i]);
  }
  if (groups.size() <= kMostGroups) return groups;
  std::vector<std::pair<size_t, std::string>> sizes;
  for (const auto& [group, rows] : groups) sizes.emplace_back(rows.size(), group);
  std::sort(sizes.begin(), sizes.end());
  for (size_t i = 0; i + kMostGroups <= sizes.size(); ++i) {
    const auto rows = groups.extract(sizes[i].second).mapped();
    auto& others = groups[kOthers];
    others.insert(others.end(), rows.begin(), rows.end());
  }
  return groups;
}

}  // namespace

Grouping group_rows(const Task& task, const std::vector<Example>& examples) {
  const bool have_topics = std::any_of(examples.begin(), examples.end(), [&](const auto& example) {
    return example.topic != examples[0].topic;
  });
  Grouping grouping;
  if (have_topics) {
    grouping.by = "topic";
  } else if (!task.answers.empty()) {
    grouping.by = "answer";
  }
  for (const auto& example : examples) {
    grouping.groups.push_back(
        have_topics ? example.topic
                    : parse_answer(example.response, answers_of(task, example)).value_or(""));
  }
  return grouping;
}

Measurements measure(Llama& model, const std::vector<Sequence>& sequences, const Grouping& grouping,
                     const std::function<void(size_t rows)>& on_rows) {
  Measurements measurements;
  measurements.num_layers = model->config.num_hidden_layers;
  measurements.redundancy = measure_redundancy(model);
  if (measurements.redundancy.empty()) {
    fail("the adapter has no projection with two experts or more, so there is nothing to compare");
  }
  measurements.grouped_by = grouping.by;
  RoutingStatistics all;
  for (const auto& [group, rows] : rows_by_group(sequences, grouping)) {
    const auto statistics = collect_routing(model, rows, kRoutingBatchTokens, on_rows);
    add_routing(all, statistics);
    if (!grouping.by.empty()) measurements.groups[group] = summarize(statistics);
  }
  measurements.routing = summarize(all);
  return measurements;
}

}  // namespace mola
