#include "mola/io/safetensors_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/closest_match.h"
#include "base/excerpt.h"
#include "base/json_file.h"
#include "mola/base/error.h"

namespace mola {
namespace {

using nlohmann::json;

constexpr size_t kLengthBytes = 8;
constexpr uint64_t kLongestHeader = 100'000'000;  // as the format's own library has it

const std::map<std::string, size_t> kBytesPerElement = {
    {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8}};

// The number of bytes that a shape needs, or SIZE_MAX if a product on the way overflows.
size_t bytes_of(const SafetensorsEntry& entry) {
  size_t bytes = kBytesPerElement.at(entry.dtype);
  bool is_empty = false;
  for (const auto size : entry.shape) {
    is_empty = is_empty || size == 0;
    const size_t factor = std::max<int64_t>(size, 1);
    if (__builtin_mul_overflow(bytes, factor, &bytes)) return SIZE_MAX;
  }
  return is_empty ? 0 : bytes;
}

bool is_list_of_counts(const json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const json& item) {
           return item.is_number_unsigned() && item.get<uint64_t>() <= INT64_MAX;
         });
}

SafetensorsEntry parse_entry(const std::string& where, const json& value, size_t data_size) {
  const bool well_formed = value.is_object() && value.contains("dtype") &&
                           value["dtype"].is_string() && value.contains("shape") &&
                           is_list_of_counts(value["shape"]) && value.contains("data_offsets") &&
                           is_list_of_counts(value["data_offsets"]) &&
                           value["data_offsets"].size() == 2;
  if (!well_formed) {
    fail(where, ": found ", excerpt(value.dump()), ", expected dtype, shape and two data_offsets");
  }
  SafetensorsEntry entry{value["dtype"], value["shape"], value["data_offsets"][0],
                         value["data_offsets"][1]};
  if (kBytesPerElement.count(entry.dtype) == 0) {
    fail(where, ": found dtype ", excerpt(entry.dtype), ", expected F32, F16, BF16 or I64");
  }
  if (entry.begin > entry.end || entry.end > data_size) {
    fail(where, ": its bytes ", entry.begin, " to ", entry.end, " lie outside the file's data of ",
         data_size, " bytes");
  }
  if (entry.end - entry.begin != bytes_of(entry)) {
    fail(where, ": has ", entry.end - entry.begin, " bytes, but its shape ",
         excerpt(value["shape"].dump()), " of ", entry.dtype, " needs ", bytes_of(entry));
  }
  return entry;
}

// The format requires that the tensors cover each byte of the data exactly once.
void check_cover(const std::string& path, const std::map<std::string, SafetensorsEntry>& entries,
                 size_t data_size) {
  std::vector<std::pair<SafetensorsEntry, std::string>> in_order;
  for (const auto& [name, entry] : entries) in_order.emplace_back(entry, name);
  std::sort(in_order.begin(), in_order.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first.begin, a.first.end) < std::pair(b.first.begin, b.first.end);
  });
  size_t covered = 0;
  for (const auto& [entry, name] : in_order) {
    if (entry.begin != covered) {
      fail(path, ": tensor '", excerpt(name), "' begins at byte ", entry.begin, " of the data, ",
           entry.begin < covered ? "inside the one before it, which ends at "
                                 : "after a gap; the one before it ends at ",
           covered);
    }
    covered = entry.end;
  }
  if (covered != data_size) {
    fail(path, ": holds ", data_size, " bytes of data, but its tensors need ", covered);
  }
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::string& path) : path_(path) {
  map_file();
  try {
    read_header();
  } catch (...) {
    munmap(mapping_, size_);
    throw;
  }
}

SafetensorsFile::~SafetensorsFile() { munmap(mapping_, size_); }

void SafetensorsFile::map_file() {
  // Nonblocking: opening a pipe would wait for its other end.
  const int file = open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) fail(path_, ": cannot be read: ", std::strerror(errno));
  struct stat status {};
  const bool is_file = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  size_ = is_file ? static_cast<size_t>(status.st_size) : 0;
  void* mapping = MAP_FAILED;
  if (size_ > kLengthBytes) mapping = mmap(nullptr, size_, PROT_READ, MAP_SHARED, file, 0);
  const int error = errno;
  close(file);
  if (!is_file) fail(path_, ": is not a file");
  if (size_ <= kLengthBytes) {
    fail(path_, ": has ", size_, " bytes, too few for a safetensors file");
  }
  if (mapping == MAP_FAILED) fail(path_, ": cannot be mapped: ", std::strerror(error));
  mapping_ = static_cast<std::byte*>(mapping);
}

void SafetensorsFile::read_header() {
  uint64_t length = 0;
  std::memcpy(&length, mapping_, kLengthBytes);
  if (length > size_ - kLengthBytes) {
    fail(path_, ": says that its header has ", length, " bytes, but the file has ", size_,
         " (truncated, or not a safetensors file)");
  }
  if (length > kLongestHeader) {
    fail(path_, ": has a header of ", length, " bytes, expected at most ", kLongestHeader);
  }
  data_begin_ = kLengthBytes + length;
  const std::string text(reinterpret_cast<const char*>(mapping_ + kLengthBytes), length);
  const json header = parse_json(text, path_ + ": header");
  if (!header.is_object()) fail(path_, ": header: expected an object");
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") continue;
    entries_[name] =
        parse_entry(path_ + ": tensor '" + excerpt(name) + "'", value, size_ - data_begin_);
  }
  check_cover(path_, entries_, size_ - data_begin_);
}

const SafetensorsEntry& SafetensorsFile::entry(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found != entries_.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [other, ignored] : entries_) names.push_back(other);
  fail(path_, ": has no tensor '", name, "' (nearest: '", excerpt(closest_match(name, names)),
       "')");
}

const std::byte* SafetensorsFile::data(const SafetensorsEntry& entry) const {
  return mapping_ + data_begin_ + entry.begin;
}

void SafetensorsFile::release(const SafetensorsEntry& entry) const {
  // Only whole pages can be given back; those shared with a neighbor may go too, since they can be
  // read from the file again.
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t begin = (data_begin_ + entry.begin) / page * page;
  madvise(mapping_ + begin, data_begin_ + entry.end - begin, MADV_DONTNEED);
}

}  // namespace mola
