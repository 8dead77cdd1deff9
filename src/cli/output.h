#pragma once

#include <optional>
#include <string>

#include "base/append_file.h"
#include "base/file_lock.h"

namespace mola::cli {

/// The result of a command: text for people on standard output and, where --json names a file, JSON
/// for programs. With `--json -` standard output has the JSON alone.
class Output {
 public:
  std::string json_path;  ///< of --json; empty without it

  bool has_text() const { return json_path != "-"; }
  bool has_json() const { return !json_path.empty(); }
  bool has_json_file() const { return has_json() && has_text(); }

  /// The file that takes the JSON until all of it is there.
  std::string partial_path() const;

  /// Keeps other processes from the JSON file. Throws `Error` if one writes it, or if it cannot be
  /// written.
  void lock();

  /// The same; throws also if what an interrupted command left in its place would be lost. Comes
  /// before long work.
  void open();

  /// Text for people, as printf takes it. Throws `Error` if it cannot be written, as do the others.
  void print(const char* format, ...) const __attribute__((format(printf, 2, 3)));

  /// Text for people as it is, shown at once.
  void write(const std::string& text) const;

  /// JSON, to which a line break is added if it has none: shown or written at once.
  void json_line(const std::string& json);

  /// Ends the JSON file, which appears whole under its name. Without this its lines stay in that
  /// with `.partial` after the name.
  void close();

 private:
  FileLock lock_;
  std::optional<AppendFile> file_;
};

}  // namespace mola::cli
