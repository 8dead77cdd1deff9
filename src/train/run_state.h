#pragma once

#include <string>

#include "base/folder_lock.h"
#include "mola/config/run_config.h"

namespace mola {

/// The state of the run in a folder.
enum class RunStatus { kNew, kStopped, kFinished };

/// Determines the state of `run.output.dir` before a run is resumed, and removes incomplete files
/// of a killed run. A run whose result is damaged counts as stopped. Throws `Error` if it contains
/// something other than a run, a run with another config, or one with a damaged result and no
/// checkpoint.
RunStatus find_run(const RunConfig& run);

/// The folder of a run, locked for as long as this lives.
class RunFolder {
 public:
  /// Determines the state of the run and logs it: that of `find_run` if it is to be resumed. Throws
  /// `Error` if the folder of a new run contains files, or as `FolderLock` does.
  RunFolder(const RunConfig& run, bool resume);

  RunStatus status() const { return status_; }

 private:
  FolderLock lock_;
  RunStatus status_;
};

/// The folder with the result of a finished `run`: adapter or model in `run.output.dir`.
std::string trained_folder(const RunConfig& run);

}  // namespace mola
