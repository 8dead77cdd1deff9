#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mola {

/// A tensor in a safetensors file, as its header describes it.
struct SafetensorsEntry {
  std::string dtype;  ///< "F32", "F16", "BF16" or "I64"
  std::vector<int64_t> shape;
  size_t begin = 0;  ///< in bytes from the start of the data
  size_t end = 0;
};

/// A safetensors file, mapped into memory and checked as a whole: a damaged file is refused.
/// (Format: 8 bytes length, a JSON header, then the data.)
class SafetensorsFile {
 public:
  /// Throws `Error` for a file that is missing or truncated, an invalid header, an unknown dtype, a
  /// shape that does not fit its bytes, and tensors that overlap or leave gaps.
  explicit SafetensorsFile(const std::string& path);
  ~SafetensorsFile();
  SafetensorsFile(const SafetensorsFile&) = delete;
  SafetensorsFile& operator=(const SafetensorsFile&) = delete;

  const std::string& path() const { return path_; }
  const std::map<std::string, SafetensorsEntry>& entries() const { return entries_; }

  /// Throws `Error` if there is no tensor of that name.
  const SafetensorsEntry& entry(const std::string& name) const;

  /// The bytes of `entry`, valid as long as the file object.
  const std::byte* data(const SafetensorsEntry& entry) const;

  /// Gives the mapped pages of `entry` back to the system; reading them again is allowed.
  void release(const SafetensorsEntry& entry) const;

 private:
  void map_file();
  void read_header();

  std::string path_;
  std::byte* mapping_ = nullptr;
  size_t size_ = 0;
  size_t data_begin_ = 0;
  std::map<std::string, SafetensorsEntry> entries_;
};

}  // namespace mola
