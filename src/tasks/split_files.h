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

/// How the rows of a task are laid out.
struct Layout {
  OpenSplit open;
  ToExample to_example;
};

/// What holds the rows of each split, in order.
struct SplitNames {
  std::vector<std::string> train = {"train"};
  std::vector<std::string> validation = {"validation"};
  std::vector<std::string> test = {"test"};

  const std::vector<std::string>& of(Split split) const;
};

/// Whether `path` is a file of one of the extensions, or a folder that holds one where
/// `open_splits` looks.
bool holds(const std::string& path, const std::vector<std::string>& extensions);

/// Of the files `names` in the folder that the path names.
OpenSplit open_files(const SplitNames& names, const OpenFile& open);

/// Of files of the Hugging Face hub's manner, whose names begin with those of `names`: train.json
/// or train-00000-of-00001.parquet, in the folder or its subfolder data or main. A lone file is the
/// split that its name begins with, the training split otherwise. Throws `Error` where a file of
/// `names` or a shard is missing.
OpenSplit open_splits(const SplitNames& names, const std::vector<std::string>& extensions);

/// A table with a header (.tsv), plain text (.txt), Parquet (.parquet), or else a JSON list of
/// objects or JSON lines.
std::unique_ptr<RowReader> open_file(const std::string& file);

/// Reads the one layout there is.
Task::Reader read_layout(const Layout& layout);

/// Reads parquet files as the Hugging Face hub has them where the path holds any, and what the
/// task's publisher offers otherwise.
Task::Reader read_layouts(const Layout& publisher, const Layout& hub);

}  // namespace mola
