#include "tasks/read_examples.h"

#include <set>

#include "base/closest_match.h"
#include "base/excerpt.h"
#include "tasks/sample.h"

namespace mola {
namespace {

using OnExample = std::function<void(const Row& row, Example example)>;
using OnProblem = std::function<void(const std::string& where, const std::string& problem)>;

[[noreturn]] void refuse_topic(const std::string& topic, std::set<std::string> found) {
  found.erase("");
  if (found.empty()) fail("data.topic: found '", excerpt(topic), "', but no row has a topic");
  const std::vector<std::string> topics(found.begin(), found.end());
  fail("data.topic: found '", excerpt(topic),
       "', expected one of the rows' topics: ", excerpt(join(topics)),
       " (nearest: ", excerpt(closest_match(topic, topics)), ")");
}

// Passes on the first `options.limit` examples of the topic.
void for_each_example(RowReader& rows, const ToExample& to_example, const ReadOptions& options,
                      const OnExample& on_example, const OnProblem& on_problem) {
  std::set<std::string> others;  // topics
  size_t count = 0;
  while (count < options.limit && rows.next()) {
    try {
      check_utf8(rows.text());
      const Row row = rows.row();
      auto example = to_example(row);
      if (!example) continue;
      if (!options.topic.empty() && example->topic != options.topic) {
        others.insert(example->topic);
        continue;
      }
      example->place = rows.where();
      on_example(row, std::move(*example));
      ++count;
    } catch (const Error& error) {
      on_problem(rows.where(), error.what());
    }
  }
  if (!options.topic.empty() && count == 0) refuse_topic(options.topic, others);
}

// OpenOrca's ids begin with their collection: "niv.242684", "t0.4", "cot.7", "flan.1". Other ids
// have none.
std::string stratum_of(const Row& row) {
  const std::string id = row.has("id") ? row.label("id") : "";
  const size_t dot = id.find('.');
  return dot == std::string::npos ? "" : id.substr(0, dot);
}

}  // namespace

std::vector<Example> read_examples(const OpenRows& open, const ToExample& to_example,
                                   const ReadOptions& options) {
  std::vector<Example> examples;
  const OnProblem on_problem = [&](const std::string& where, const std::string& problem) {
    handle_bad_row(where, problem, options.on_bad_row);
  };
  if (options.sample == 0) {
    for_each_example(
        *open(), to_example, options,
        [&](const Row&, Example example) { examples.push_back(std::move(example)); }, on_problem);
    return examples;
  }
  // Read twice, so that rows that are not drawn are never kept.
  std::vector<std::string> strata;
  for_each_example(
      *open(), to_example, options,
      [&](const Row& row, const Example&) { strata.push_back(stratum_of(row)); }, on_problem);
  const auto drawn = stratified_sample(strata, options.sample, options.sample_seed);
  size_t i = 0;
  for_each_example(
      *open(), to_example, options,
      [&](const Row&, Example example) {
        if (drawn[i++]) examples.push_back(std::move(example));
      },
      [](const std::string&, const std::string&) {});  // reported in the first pass
  return examples;
}

}  // namespace mola
