#pragma once

#include <string>

namespace mola {

/// A file that grows by what is written, at once and without a temporary name: a process that is
/// killed leaves what it has written. Throws `Error` if it cannot be opened or written.
class AppendFile {
 public:
  enum class Start { kAtTheEnd, kEmpty };

  /// Gets the permissions of the file `replaced`, which it will take the place of, if there is one.
  explicit AppendFile(const std::string& path, Start start = Start::kAtTheEnd,
                      const std::string& replaced = "");
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  void write(const std::string& text);

  /// Flushes what was written to disk, so that it survives a power failure.
  void flush();

 private:
  std::string path_;
  int file_ = -1;
};

}  // namespace mola
