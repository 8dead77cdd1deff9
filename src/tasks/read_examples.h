#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "mola/tasks/example.h"
#include "mola/tasks/task.h"
#include "tasks/row_reader.h"

namespace mola {

/// Makes an example of a row; none if the task leaves rows of its kind out. An `Error` that it
/// throws makes the row a bad row.
using ToExample = std::function<std::optional<Example>(const Row& row)>;

/// Begins to read the rows of a split anew.
using OpenRows = std::function<std::unique_ptr<RowReader>()>;

/// The examples of a split, each with its place, as `options` say.
std::vector<Example> read_examples(const OpenRows& open, const ToExample& to_example,
                                   const ReadOptions& options);

}  // namespace mola
