#pragma once

#include <cstddef>
#include <string>

namespace mola {

/// Stands in the names of files and folders that are being written, before six random characters.
constexpr const char* kTemporaryMark = ".tmp-";

/// A file that appears whole or not at all: written beside its place, flushed to the disk, and
/// renamed by `commit`. Without a commit nothing is left behind. Throws `Error` if writing fails.
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

/// Makes the renames and new files in `folder` last beyond a power failure.
void flush_folder(const std::string& folder);

}  // namespace mola
