#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mola/tasks/task.h"
#include "tasks/read_examples.h"

namespace mola {

/// Opens the rows of a split at a path.
using OpenSplit = std::function<std::unique_ptr<RowReader>(const std::string& path, Split split)>;

using OpenFile = std::function<std::unique_ptr<RowReader>(const std::string& file)>;

/// A layout of a task's files: how to open a split, and how to read a row.
struct Layout {
  OpenSplit open;
  ToExample to_example;
};

/// The names of the files of each split, in order.
struct SplitNames {
  std::vector<std::string> train = {"train"};
  std::vector<std::string> validation = {"validation"};
  std::vector<std::string> test = {"test"};

  const std::vector<std::string>& of(Split split) const;
};

/// Opens the files `names` in the folder of the path.
OpenSplit open_files(const SplitNames& names, const OpenFile& open);

/// Opens files named after their split, as on the Hugging Face hub; see `find_split`.
OpenSplit open_splits(const SplitNames& names, const std::vector<std::string>& extensions);

/// A table with a header (.tsv), plain text (.txt), Parquet (.parquet), or else a JSON list of
/// objects or JSON lines.
std::unique_ptr<RowReader> open_file(const std::string& file);

/// Reads a single layout.
Task::Reader read_layout(const Layout& layout);

/// Reads the Hugging Face hub's Parquet files if the path contains any, otherwise the files of the
/// task's publisher. Throws `Error` if it contains both.
Task::Reader read_layouts(const Layout& publisher, const Layout& hub);

}  // namespace mola
