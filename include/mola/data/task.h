#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mola/config/enums.h"
#include "mola/data/example.h"

namespace mola {

enum class Split { kTrain, kValidation, kTest };

/// What a task is measured by beside accuracy: F1 of its first answer, or Matthews correlation.
enum class Metric { kNone, kF1, kMatthews };

/// A task whose rows are text. A further one is one small file that defines a `Task`, and a line
/// each in tasks.h and task.cpp.
struct Task {
  using Reader = std::vector<Example> (*)(const std::string& path, Split split, OnBadRow on_bad_row,
                                          size_t limit);

  /// The first `limit` examples of the split; of the file no more is looked at.
  std::vector<Example> read(const std::string& path, Split split, OnBadRow on_bad_row,
                            size_t limit = SIZE_MAX) const {
    return reader(path, split, on_bad_row, limit);
  }

  std::string name;                  ///< as in data.task
  std::vector<std::string> answers;  ///< the labels that a response can carry; none: free text
  std::string (*response)(const std::string& answer);  ///< that carries an answer; null without
  Metric metric;
  Reader reader;
};

/// The answers that `example` may be given: its own, or else its task's.
inline const std::vector<std::string>& answers_of(const Task& task, const Example& example) {
  return example.answers.empty() ? task.answers : example.answers;
}

/// Throws `Error` with the nearest name if there is no such task.
const Task& find_task(const std::string& name);

}  // namespace mola
