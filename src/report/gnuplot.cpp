#include "report/gnuplot.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/file_changes.h"
#include "base/output_file.h"
#include "mola/base/error.h"
#include "mola/base/log.h"

namespace mola {
namespace {

enum class Gnuplot { kSucceeded, kFailed, kMissing };

// Runs it in `folder`, on the script of that name there.
Gnuplot run_gnuplot(const std::string& folder, std::string script) {
  std::string program = "gnuplot";
  std::array<char*, 3> words = {program.data(), script.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  pid_t process = 0;
  const int error =
      posix_spawnp(&process, program.c_str(), &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) return Gnuplot::kMissing;
  int status = 0;
  if (error != 0) return Gnuplot::kFailed;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return status == 0 ? Gnuplot::kSucceeded : Gnuplot::kFailed;
}

void warn_once_of_missing() {
  static const bool is_told = [] {
    log_warning("charts are not rendered, since gnuplot is not installed (package gnuplot-nox)");
    return true;
  }();
  (void)is_told;
}

}  // namespace

std::string gnuplot_string(const std::string& text) {
  std::string string = "'";
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (c == '\'') {
      string += "'.\"'\".'";  // a doubled quote would end a string that it begins
    } else {
      string += is_control ? ' ' : c;
    }
  }
  return string + "'";
}

bool draw(const std::string& path, const std::string& script, const std::string& output) {
  write_file(path, script);
  const auto file = std::filesystem::absolute(path);
  const auto result = run_gnuplot(file.parent_path().string(), file.filename().string());
  if (result == Gnuplot::kMissing) warn_once_of_missing();
  if (result == Gnuplot::kFailed) {
    log_warning(path + ": not rendered, since gnuplot failed, see above");
  }
  if (result != Gnuplot::kSucceeded) return false;
  const auto rendered = (file.parent_path() / output).string();
  if (const int error = flush_written(rendered)) {
    fail(rendered, ": writing failed: ", std::strerror(error));
  }
  return true;
}

}  // namespace mola
