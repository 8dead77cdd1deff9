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

/// Which rows are looked at by themselves: the group of each, in their order.
struct Grouping {
  std::string by;  ///< "topic" or "answer"; empty without groups
  std::vector<std::string> groups;
};

/// The topics of `examples` where they have several, otherwise their answers where `task` has some.
Grouping group_rows(const Task& task, const std::vector<Example>& examples);

/// Measures the adapter of `model`: how redundant its experts are and, by the routing of all tokens
/// of `sequences`, which may be empty, how they are used, as a whole and by group (the smallest of
/// more than 24 are laid together as "(others)"). An adapter that was frozen for inference has lost
/// digits. `on_rows` as in `collect_routing`. Throws `Error` if no projection has two experts.
Measurements measure(Llama& model, const std::vector<Sequence>& sequences = {},
                     const Grouping& grouping = {},
                     const std::function<void(size_t rows)>& on_rows = {});

}  // namespace mola
