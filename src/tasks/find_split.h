#pragma once

#include <string>
#include <vector>

namespace mola {

/// Whether `path` is a file with one of the extensions, or a folder in which `find_split` looks for
/// files and finds one.
bool holds(const std::string& path, const std::vector<std::string>& extensions);

/// The files of the splits `names` at `path`, in order. In a folder, or in its subfolder data or
/// main, where the Hugging Face hub keeps them, a split is one file or one complete set of shards:
/// train.json, or train-00000-of-00002.parquet and so on, with or without a hash behind. Warns
/// about other files that begin with its name. A single file is the split that its name begins
/// with, otherwise the training split. Throws `Error` if a split or a shard is missing, and if
/// there are several to choose from.
std::vector<std::string> find_split(const std::string& path, const std::vector<std::string>& names,
                                    const std::vector<std::string>& extensions);

}  // namespace mola
