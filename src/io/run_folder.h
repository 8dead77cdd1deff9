#pragma once

#include <cstdint>
#include <string>

namespace mola {

/// Throws `Error` if `path` cannot be made a folder with new files: it holds some already, is a
/// file itself, or may not be written. Names it after `key`, such as "--output". Touches nothing.
void check_output_folder(const std::string& path, const std::string& key = "");

/// Throws `Error` if a run cannot write to `path`, or if it already holds something, which --resume
/// may go on with. Touches nothing.
void check_run_folder(const std::string& path);

/// Makes the folder, after the same checks.
void make_run_folder(const std::string& path);

/// The newest of the folders checkpoint-{step} in `run_folder`; empty if there is none.
std::string newest_checkpoint(const std::string& run_folder);

/// Removes what a run was writing when it was killed: its files and folders of temporary names.
void remove_leftovers(const std::string& run_folder);

/// Removes what the run in `run_folder` has trained, and its checkpoints. Its config and metrics
/// stay.
void remove_trained(const std::string& run_folder);

/// Removes all but the newest `keep` of the folders checkpoint-{step} in `run_folder`.
void remove_old_checkpoints(const std::string& run_folder, int64_t keep);

}  // namespace mola
