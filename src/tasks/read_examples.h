#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "mola/tasks/example.h"
#include "mola/tasks/task.h"
#include "tasks/row_reader.h"

namespace mola {

/// Makes an example from a row; none if the task skips rows of its kind. An `Error` marks a bad
/// row.
using ToExample = std::function<std::optional<Example>(const Row& row)>;

/// Opens the rows of a split, from the first.
using OpenRows = std::function<std::unique_ptr<RowReader>()>;

/// The examples of a split that `options` select, each with its place.
std::vector<Example> read_examples(const OpenRows& open, const ToExample& to_example,
                                   const ReadOptions& options);

}  // namespace mola
