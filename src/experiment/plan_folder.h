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
  /// plan.json, or that of another plan; or if another process uses it.
  PlanFolder(const std::string& folder, const std::string& command, std::vector<RunConfig> runs);

  /// Writes plan.json, once all that can be checked before the first run is. Throws `Error` if it
  /// cannot be written.
  void begin() const;

  const std::vector<RunConfig>& runs() const { return runs_; }

 private:
  std::string folder_;
  std::string command_;
  std::vector<RunConfig> runs_;
  FolderLock lock_;
};

/// What an exception says, on one line.
std::string message_of(const std::exception& error);

/// Throws `Error` for the first run that cannot be made: an adapter that does not fit a model of
/// `num_layers` layers, or a folder that is another run's.
void check_runs(const std::vector<RunConfig>& runs, int64_t num_layers);

}  // namespace mola
