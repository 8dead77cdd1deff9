#pragma once

#include <string>
#include <vector>

#include "base/folder_lock.h"
#include "mola/config/run_config.h"

namespace mola {

/// The folder of a plan, locked for as long as this lives. plan.json in it says whose it is: a new
/// plan needs an empty folder, and only the same plan continues in it.
class PlanFolder {
 public:
  /// `runs` are all of the plan, in order. Throws `Error` if the folder contains files and no
  /// plan.json, or that of another plan; if another process uses it; or if it cannot be written.
  PlanFolder(const std::string& folder, const std::string& command,
             const std::vector<RunConfig>& runs);

 private:
  FolderLock lock_;
};

/// What an exception says, on one line.
std::string message_of(const std::exception& error);

/// Throws `Error` for the first run that cannot be made: an adapter that does not fit a model of
/// `num_layers` layers, or a folder that is another run's.
void check_runs(const std::vector<RunConfig>& runs, int64_t num_layers);

}  // namespace mola
