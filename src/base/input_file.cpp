#include "base/input_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "mola/base/error.h"

namespace mola {

namespace fs = std::filesystem;

void check_input_file(const std::string& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (error) fail(path, ": cannot be read: ", error.message());
  if (fs::is_regular_file(status)) return;
  const char* found = fs::is_directory(status) ? "a folder"
                      : fs::is_fifo(status)    ? "a pipe"
                      : fs::is_socket(status)  ? "a socket"
                                               : "a device";
  fail(path, ": is ", found, ", expected a file");
}

void check_input_folder(const std::string& what, const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return;
  if (!fs::exists(path, ignored)) fail(what, " ", path, ": no such folder");
  fail(what, " ", path, ": is a file, expected a folder");
}

std::ifstream open_input_file(const std::string& path) {
  check_input_file(path);
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path, ": cannot be read: ", std::strerror(errno));
  return file;
}

}  // namespace mola
