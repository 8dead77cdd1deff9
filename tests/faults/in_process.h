#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "cli/program.h"
#include "faults/changes.h"
#include "mola/base/log.h"
#include "support/test_files.h"

namespace mola {

struct CommandResult {
  int exit_code;
  std::vector<std::string> errors;
};

/// Runs a command of mola in this process, without its standard output.
inline CommandResult run_here(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "mola");
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  CommandResult result{0, {}};
  set_log_sink([&](LogLevel level, const std::string& line) {
    if (level == LogLevel::kError) result.errors.push_back(line);
  });
  std::fflush(stdout);
  const int kept = dup(STDOUT_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, STDOUT_FILENO);
  result.exit_code = cli::run_program(static_cast<int>(argv.size()), argv.data(), [] {});
  std::fflush(stdout);
  dup2(kept, STDOUT_FILENO);
  close(nowhere);
  close(kept);
  set_log_sink({});
  return result;
}

/// Every file below `folder` by its path there, its bytes without what differs from run to run: the
/// measured speed.
inline std::map<std::string, std::string> files_of(const std::string& folder) {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto name = fs::relative(entry.path(), folder).string();
    if (is_lock(entry.path())) continue;
    if (entry.is_directory()) {
      files[name + "/"] = "";
      continue;
    }
    std::ostringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    files[name] = text.str();
    if (entry.path().filename() != "metrics.jsonl") continue;
    std::istringstream lines(text.str());
    files[name].clear();
    for (std::string line; std::getline(lines, line);) {
      auto step = nlohmann::json::parse(line);
      for (const auto* key : {"tokens_per_second", "computed_tokens_per_second"}) step.erase(key);
      files[name] += step.dump() + "\n";
    }
  }
  return files;
}

/// The names at which two sets of files differ.
inline std::string differences(const std::map<std::string, std::string>& a,
                               const std::map<std::string, std::string>& b) {
  std::string names;
  for (const auto& [name, bytes] : a) {
    const auto found = b.find(name);
    if (found == b.end()) names += " -" + name;
    if (found != b.end() && found->second != bytes) names += " !" + name;
  }
  for (const auto& [name, bytes] : b) {
    if (a.count(name) == 0) names += " +" + name;
  }
  return names;
}

}  // namespace mola
