#pragma once

#include <string>

namespace mola::cli {

/// The result of a command: text for people on standard output and, where --json names a file, JSON
/// for programs. With `--json -` standard output has the JSON alone.
class Output {
 public:
  std::string json_path;  ///< of --json; empty without it

  bool has_text() const { return json_path != "-"; }
  bool has_json() const { return !json_path.empty(); }

  /// Throws `Error` if the JSON file cannot be written. Comes before long work.
  void check() const;

  /// Text for people, as printf takes it.
  void print(const char* format, ...) const __attribute__((format(printf, 2, 3)));

  /// Text for people as it is, shown at once.
  void write(const std::string& text) const;

  /// JSON, to which a line break is added if it has none: shown at once, or kept for `close`.
  void json_line(const std::string& json);

  /// Writes the JSON file, whole or not at all.
  void close() const;

 private:
  std::string lines_;
};

}  // namespace mola::cli
