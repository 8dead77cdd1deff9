#pragma once

#include <string>

namespace mola::cli {

// Shell completion, made from the definitions of the commands: their names and options, the choices
// of an option, and files or folders where an option takes one.

/// For bash, sourced from share/bash-completion/completions.
std::string bash_completion();

/// For zsh, found in a folder of its fpath.
std::string zsh_completion();

}  // namespace mola::cli
