#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace mola {

// Every change that mola makes to files goes through these functions (tools/check_file_changes.py
// refuses others), so that tests can make any of them fail. Each returns 0 or the number of the
// error (errno).

/// A change that is about to be made.
struct FileChange {
  enum Kind {
    kOpen,
    kWrite,
    kFlushFile,
    kFlushFolder,
    kRename,
    kMakeFolder,
    kRemove,
    kTruncate,
    kSetMode
  };

  Kind kind;
  std::string path;
  std::string target;      ///< the new name, of kRename
  bool has_flags = false;  ///< kRename: with flags of renameat2
  bool exchanges = false;  ///< kRename: `target` gets the old name
};

/// For tests: is asked before each change and returns 0, or the number of the error that it fails
/// with. A write that fails has written half of its bytes.
using FileFault = std::function<int(const FileChange& change)>;
void set_file_fault(FileFault fault);

/// Opens for writing with further `flags`, such as O_APPEND. A new file gets the permissions that
/// the umask allows.
int open_file(const std::string& path, int flags, int& file);

/// Writes all bytes.
int write_bytes(int file, const std::string& path, const void* bytes, size_t size);

/// Takes away all bytes.
int empty_file(int file, const std::string& path);

/// Gives `file`, which is at `path`, the permissions of the file `replaced`, if there is one.
int copy_mode(int file, const std::string& path, const std::string& replaced);

/// Flushes a file to disk.
int flush_file(int file, const std::string& path);

/// Flushes a file that another program has written, and its name, to disk.
int flush_written(const std::string& path);

/// Flushes the names in `folder` to disk, where the file system can.
int flush_folder(const std::string& folder);

/// `flags` as renameat2 takes them; with 0 a file or empty folder `target` is replaced.
int rename_path(const std::string& path, const std::string& target, unsigned flags = 0);

/// Makes a folder, whose parent exists.
int make_folder(const std::string& path);

/// Makes the folder and those above it that are missing, and flushes their names.
int make_folders(const std::string& path);

/// Removes a file or a folder with all that it contains; symbolic links are not followed. Does
/// nothing if there is none.
int remove_all(const std::string& path);

/// Removes a folder that contains nothing.
int remove_empty_folder(const std::string& path);

/// Throws `Error` "<place>: <problem>: <what the system says>" unless `error` is 0.
void check_change(int error, const std::string& place, const char* problem);

/// "<path><mark>xxxxxx" with six random characters.
std::string random_name(const std::string& path, const std::string& mark);

/// Whether `name` is one of `random_name` with that mark.
bool has_random_name(const std::string& name, const std::string& mark);

}  // namespace mola
