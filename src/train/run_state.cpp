#include "train/run_state.h"

#include <filesystem>

#include "config/adapter_type.h"
#include "io/run_folder.h"
#include "io/trained_files.h"
#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "mola/base/log.h"

namespace mola {
namespace {

// Before anything is put into it, be it a lock.
const std::string& checked_folder(const RunConfig& run, bool resume) {
  const std::string& folder = run.output.dir;
  if (!resume || !std::filesystem::is_directory(folder)) check_run_folder(folder);
  return folder;
}

// Of the run's result; empty if it is whole.
std::string damage_of_result(const RunConfig& run) {
  return damage_of(trained_folder(run), type_of(run.adapter, adapter_types()).trains_base);
}

}  // namespace

std::string trained_folder(const RunConfig& run) {
  return run.output.dir + "/" + trained_name(run.adapter);
}

RunStatus find_run(const RunConfig& run) {
  const std::string& folder = run.output.dir;
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) return RunStatus::kNew;
  clean_run_folder(folder);
  if (is_empty_folder(folder)) return RunStatus::kNew;
  if (!std::filesystem::exists(folder + "/config.json")) {
    fail("output.dir ", folder, ": found files but no config.json, expected a run to resume");
  }
  check_same_run(run, read_run_config(folder + "/config.json"), folder, adapter_types());
  const std::string trained = trained_folder(run);
  if (!std::filesystem::exists(trained)) return RunStatus::kStopped;
  const std::string problem = damage_of_result(run);
  if (problem.empty()) return RunStatus::kFinished;
  if (newest_checkpoint(folder).empty()) {
    fail(problem, "; the result of the run is damaged, and there is no checkpoint; remove ",
         trained, " and add --resume to train again from the first step");
  }
  return RunStatus::kStopped;
}

RunFolder::RunFolder(const RunConfig& run, bool resume)
    : lock_(checked_folder(run, resume), "output.dir"),
      status_(resume ? find_run(run) : RunStatus::kNew) {
  const std::string& folder = run.output.dir;
  if (status_ == RunStatus::kNew) check_run_folder(folder);
  if (resume && status_ == RunStatus::kNew) {
    log_info("no run in " + folder + " to resume; starting a new one");
  }
  const std::string trained = trained_folder(run);
  if (status_ == RunStatus::kStopped && std::filesystem::exists(trained)) {
    log_warning(damage_of_result(run) + "; the result of the run is damaged and is made again");
  }
  if (status_ == RunStatus::kFinished) {
    log_info("the run in " + folder + " is finished; nothing to resume");
  }
}

}  // namespace mola
