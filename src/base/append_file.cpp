#include "base/append_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file_changes.h"

namespace mola {

AppendFile::AppendFile(const std::string& path, Start start, const std::string& replaced)
    : path_(path) {
  const int flags = O_WRONLY | O_APPEND | (start == Start::kEmpty ? O_TRUNC : 0);
  check_change(open_file(path, flags, file_), path, "cannot be written");
  const int error = copy_mode(file_, path, replaced);
  if (error != 0) close(file_);
  check_change(error, path, "its permissions cannot be set");
}

AppendFile::~AppendFile() { close(file_); }

void AppendFile::write(const std::string& text) {
  check_change(write_bytes(file_, path_, text.data(), text.size()), path_, "writing failed");
}

void AppendFile::flush() { check_change(flush_file(file_, path_), path_, "writing failed"); }

}  // namespace mola
