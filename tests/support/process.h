#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>
#include <string>
#include <vector>

#include "support/test_files.h"

namespace mola {

/// How a program ended and what it wrote.
struct ProcessResult {
  int exit_code;  ///< 128 and more: the signal that ended it
  std::string out;
  std::string err;
};

/// The path of a program of the build, such as "mola".
inline std::string program_path(const std::string& name) {
  return std::string(MOLA_PROGRAM_DIR) + "/" + name;
}

/// A program that was started.
class Process {
 public:
  /// A command of mola, such as "finetune", with these arguments.
  Process(const std::string& command, std::vector<std::string> arguments)
      : Process(with_program(command, std::move(arguments))) {}

  /// The path of a program and its arguments.
  explicit Process(std::vector<std::string> arguments) {
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);

    setenv("OMP_NUM_THREADS", "1", /*overwrite=*/0);  // for so little work threads cost time
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    constexpr int kMode = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&files, 1, folder_.path("out").c_str(), kMode, 0600);
    posix_spawn_file_actions_addopen(&files, 2, folder_.path("err").c_str(), kMode, 0600);
    const int failed = posix_spawn(&child_, argv[0], &files, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    if (failed != 0) throw std::runtime_error("cannot start " + arguments[0]);
  }

  pid_t id() const { return child_; }
  void kill() const { send(SIGKILL); }
  void send(int signal) const { ::kill(child_, signal); }

  /// Waits for its end.
  ProcessResult wait() const {
    int status = 0;
    if (waitpid(child_, &status, 0) != child_)
      throw std::runtime_error("cannot wait for a program");
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), folder_.read("out"),
            folder_.read("err")};
  }

 private:
  static std::vector<std::string> with_program(const std::string& command,
                                               std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {program_path("mola"), command});
    return arguments;
  }

  TempFolder folder_;
  pid_t child_ = 0;
};

/// Runs a command of mola from its start to its end.
inline ProcessResult run(const std::string& command, const std::vector<std::string>& arguments) {
  return Process(command, arguments).wait();
}

/// Expects exit code 1, nothing on standard output, and one line of error that holds all `parts`.
/// Lines of progress may stand before it.
inline void expect_error(const ProcessResult& result, const std::vector<std::string>& parts) {
  EXPECT_EQ(result.exit_code, 1) << result.err;
  EXPECT_EQ(result.out, "");
  std::vector<std::string> errors;
  std::istringstream lines(result.err);
  for (std::string line; std::getline(lines, line);) {
    const bool is_progress = line.find(" info ") == 8 || line.find(" warning ") == 8;
    if (!is_progress) errors.push_back(line);
  }
  ASSERT_EQ(errors.size(), 1u) << result.err;
  EXPECT_EQ(errors[0].find(" error "), 8u) << errors[0];  // after the time
  for (const auto& part : parts) EXPECT_NE(errors[0].find(part), std::string::npos) << errors[0];
}

}  // namespace mola
