#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mola {

/// Throws `Error` if `path` cannot be a folder for new files: it already contains some, is a file
/// itself, or is not writable. Names it after `key`, such as "--output". Changes nothing.
void check_output_folder(const std::string& path, const std::string& key = "");

/// Throws `Error` if a run cannot write to `path`, or if it already holds something, which --resume
/// may go on with. Touches nothing.
void check_run_folder(const std::string& path);

/// Creates the folder, after the same checks.
void make_run_folder(const std::string& path);

/// Removes the files and folders that a killed process was writing in `folder`: those with
/// temporary names that begin with one of `names`.
void remove_leftovers(const std::string& folder, const std::vector<std::string>& names);

/// Puts a run's folder in order after a kill: moves back what was being replaced and removes the
/// files and folders with temporary names.
void clean_run_folder(const std::string& run_folder);

/// The latest of the folders checkpoint-{step} in `run_folder`; empty if there is none.
std::string newest_checkpoint(const std::string& run_folder);

/// The one before it; empty if there is none.
std::string second_newest_checkpoint(const std::string& run_folder);

/// Removes the trained adapter or model of the run in `run_folder`, and its checkpoints. Keeps its
/// config and metrics.
void remove_trained(const std::string& run_folder);

/// Removes all but the latest `keep` of the folders checkpoint-{step} in `run_folder`.
void remove_old_checkpoints(const std::string& run_folder, int64_t keep);

}  // namespace mola
