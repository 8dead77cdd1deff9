#pragma once

#include <string>
#include <vector>

#include "base/folder_lock.h"
#include "mola/base/error.h"
#include "mola/config/run_config.h"

namespace mola {

/// What the runs of a plan depend on besides their configs: the contents of the files that these
/// name.
struct PlanIdentity {
  struct Rows {
    std::string name;  ///< of the task or domain
    std::string path;  ///< data.path
    std::string fingerprint;
  };

  std::string model_path;
  std::string base_model;  ///< its fingerprint
  std::vector<Rows> rows;  ///< to train on
};

/// The folder of a plan, locked for as long as this lives. plan.json in it says whose it is: a new
/// plan needs an empty folder, and only the same plan continues in it.
class PlanFolder {
 public:
  /// `runs` are all of the plan, in order. Throws `Error` if the folder contains files and no
  /// plan.json, or that of another plan; or if another process uses it.
  PlanFolder(const std::string& folder, const std::string& command, std::vector<RunConfig> runs);

  /// Writes plan.json, once all that can be checked before the first run is. Throws `Error` if it
  /// cannot be written, or if the plan started with another base model or other rows.
  void begin(const PlanIdentity& identity) const;

  const std::vector<RunConfig>& runs() const { return runs_; }

 private:
  std::string folder_;
  std::string command_;
  std::vector<RunConfig> runs_;
  FolderLock lock_;
};

/// Calls `read`, with the name of a task or domain before the error that it throws.
template <class Read>
void read_for(const std::string& name, const Read& read) {
  try {
    read();
  } catch (const Error& error) {
    fail(name, ": ", error.what());
  }
}

/// What an exception says, on one line.
std::string message_of(const std::exception& error);

/// Throws `Error` for the first run that cannot be made: an adapter that does not fit a model of
/// `num_layers` layers, or a folder that is another run's.
void check_runs(const std::vector<RunConfig>& runs, int64_t num_layers);

}  // namespace mola
