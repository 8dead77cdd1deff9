#pragma once

#include <CLI/CLI.hpp>

namespace mola::cli {

/// Throws `Error` if a file that the parsed command would write, of --json or --output, exists and
/// is also what another of its options names, or one of the data in a folder that --data names, or
/// a file of the model or adapter in such a folder. Folders of --output have to be new or empty
/// anyway.
void refuse_to_replace_inputs(const CLI::App& app);

}  // namespace mola::cli
