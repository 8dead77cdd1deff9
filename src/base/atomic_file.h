#pragma once

#include <cstddef>
#include <string>

namespace mola {

/// Marks the names of files and folders that are being written; six random characters follow.
constexpr const char* kTemporaryMark = ".tmp-";

/// A file that is written atomically: under a temporary name in the same folder, flushed to disk
/// and renamed by `commit`. A file that it replaces passes on its permissions; a new one gets those
/// that the umask allows. Without a commit nothing is left behind. Throws `Error` if writing fails.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* bytes, size_t size);
  void commit();

 private:
  void discard();

  std::string path_;
  std::string temporary_;
  int file_ = -1;
};

/// The path of the file or folder that one at `path` replaces: a symbolic link is kept, and its
/// target replaced.
std::string replaced_path(const std::string& path);

/// Gives the file `temporary`, whose bytes are flushed, the name `path` in the same folder, and
/// flushes that. Throws `Error` if it cannot.
void move_into_place(const std::string& temporary, const std::string& path);

}  // namespace mola
