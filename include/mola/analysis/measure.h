#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mola/analysis/measurements.h"
#include "mola/data/sequence.h"
#include "mola/model/llama.h"
#include "mola/tasks/example.h"
#include "mola/tasks/task.h"

namespace mola {

/// Groups of rows to analyze separately: the group of each row, in order.
struct Grouping {
  std::string by;  ///< "topic" or "answer"; empty without groups
  std::vector<std::string> groups;
};

/// The topics of `examples` if they have several, otherwise their answers if `task` has some.
Grouping group_rows(const Task& task, const std::vector<Example>& examples);

/// Measures the adapter of `model`: the redundancy of its experts and, from the routing of all
/// tokens of `sequences`, which may be empty, their use, in total and by group (of more than 24
/// groups, the smallest are merged into "(others)"). After `prepare_for_inference` the results are
/// less precise. `on_rows` as in `collect_routing`. Throws `Error` if no projection has two
/// experts.
Measurements measure(Llama& model, const std::vector<Sequence>& sequences = {},
                     const Grouping& grouping = {},
                     const std::function<void(size_t rows)>& on_rows = {});

}  // namespace mola
