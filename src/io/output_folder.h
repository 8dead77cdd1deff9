#pragma once

#include <string>

#include "base/folder_lock.h"

namespace mola {

/// The folder of --output, new or empty, while a command makes what goes there: locked against
/// other processes, and without what killed ones were writing next to it.
class OutputFolder {
 public:
  /// Throws `Error` as `check_output_folder`, `FolderLock` and `AtomicFolder` do.
  explicit OutputFolder(const std::string& path);

 private:
  FolderLock lock_;
};

}  // namespace mola
