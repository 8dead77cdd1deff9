#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mola/config/enums.h"
#include "mola/tasks/example.h"

namespace mola {

enum class Split { kTrain, kValidation, kTest };

/// What a task is measured by beside accuracy: F1 of its first answer, or Matthews correlation.
enum class Metric { kNone, kF1, kMatthews };

/// Which rows of a split are read, and what becomes of those that cannot be used.
struct ReadOptions {
  OnBadRow on_bad_row = OnBadRow::kStop;
  std::string topic = "";    ///< the rows of this topic alone; empty: all
  size_t limit = SIZE_MAX;   ///< the first so many of these; of the file no more is looked at
  size_t sample = 0;         ///< so many of these, as data.sample; 0: all
  int64_t sample_seed = 10;  ///< as data.sample_seed
};

/// A task whose rows are text. A further one is one small file that defines a `Task`, and a line
/// each in tasks.h and task.cpp; or a JSON file, without C++.
struct Task {
  using Reader = std::function<std::vector<Example>(const std::string& path, Split split,
                                                    const ReadOptions& options)>;

  /// Throws `Error` for a row that cannot be used, unless those are left out, and for a topic that
  /// no row has.
  std::vector<Example> read(const std::string& path, Split split,
                            const ReadOptions& options) const {
    return reader(path, split, options);
  }
  std::vector<Example> read(const std::string& path, Split split, OnBadRow on_bad_row,
                            size_t limit = SIZE_MAX) const {
    ReadOptions options;
    options.on_bad_row = on_bad_row;
    options.limit = limit;
    return read(path, split, options);
  }

  std::string name;                  ///< as in data.task
  std::vector<std::string> answers;  ///< the labels that a response can carry; none: free text
  /// The response that carries an answer; null without.
  std::function<std::string(const std::string& answer)> response;
  Metric metric;
  Reader reader;
};

/// The answers that `example` may be given: its own, or else its task's.
inline const std::vector<std::string>& answers_of(const Task& task, const Example& example) {
  return example.answers.empty() ? task.answers : example.answers;
}

/// The task of that name, or the one that the JSON file of that path describes. Throws `Error` with
/// the nearest name if there is no such task.
Task find_task(const std::string& name);

}  // namespace mola
