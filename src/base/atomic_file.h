#pragma once

#include <cstddef>
#include <string>

namespace mola {

/// Marks the names of files and folders that are being written; six random characters follow.
constexpr const char* kTemporaryMark = ".tmp-";

/// A file that is written atomically: under a temporary name in the same folder, flushed to disk
/// and renamed by `commit`. Without a commit nothing is left behind. Throws `Error` if writing
/// fails.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* bytes, size_t size);
  void commit();

 private:
  std::string path_;
  std::string temporary_;
  int file_ = -1;
};

/// Flushes `folder` to disk, so that renames and new files in it survive a power failure.
void flush_folder(const std::string& folder);

}  // namespace mola
