// The words of a command line, one a line, the command first. They are parsed and nothing is run.
#include <sstream>

#include "cli/commands.h"
#include "fuzz/fuzz.h"

namespace mola {

void fuzz(const std::string& input) {
  std::istringstream stream(input);
  std::vector<std::string> words;
  for (std::string line; std::getline(stream, line);) words.push_back(line);
  const auto& command = cli::find_command(words.empty() ? "" : words[0]);
  std::vector<const char*> arguments;
  for (const auto& word : words) arguments.push_back(word.c_str());
  CLI::App app;
  const auto run = cli::set_up(command, app);  // owns what the options are parsed into
  try {
    app.parse(static_cast<int>(arguments.size()), arguments.data());
  } catch (const CLI::ParseError&) {
    app.help();
  }
}

}  // namespace mola
