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

/// The metric of a task besides accuracy: F1 of its first answer, or Matthews correlation.
enum class Metric { kNone, kF1, kMatthews };

/// Which rows of a split are read, and how unusable ones are handled.
struct ReadOptions {
  OnBadRow on_bad_row = OnBadRow::kStop;
  std::string topic = "";    ///< rows of this topic only; empty: all
  size_t limit = SIZE_MAX;   ///< at most N of these; the rest of the file is not read
  size_t sample = 0;         ///< sample N of these, as data.sample; 0: all
  int64_t sample_seed = 10;  ///< as data.sample_seed
};

/// A task whose rows are text. A new task is one small file that defines a `Task`, and a line each
/// in tasks.h and task.cpp; or a JSON file, without C++.
struct Task {
  using Reader = std::function<std::vector<Example>(const std::string& path, Split split,
                                                    const ReadOptions& options)>;

  /// Throws `Error` for an unusable row, unless those are skipped, and for a topic that no row has.
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
  std::vector<std::string> answers;  ///< possible answers of a response; empty: free text
  /// The response with an answer; null without answers.
  std::function<std::string(const std::string& answer)> response;
  Metric metric;
  Reader reader;
};

/// The possible answers of `example`: its own, or else its task's.
inline const std::vector<std::string>& answers_of(const Task& task, const Example& example) {
  return example.answers.empty() ? task.answers : example.answers;
}

/// The task of that name, or the one that the JSON file of that path describes. Throws `Error` with
/// the nearest name if there is no such task.
Task find_task(const std::string& name);

}  // namespace mola
