#include "fuzz/fuzz.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "mola/base/error.h"
#include "mola/base/log.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

// Memory where there is one, or else the system's folder for temporary files.
class Scratch {
 public:
  Scratch() {
    const fs::path memory = "/dev/shm";
    path_ =
        ((fs::exists(memory) ? memory : fs::temp_directory_path()) / "mola_fuzz_XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no folder " + path_);
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

std::vector<std::string> parts_of(const std::string& input, size_t count) {
  const std::string mark = "\n=====\n";
  std::vector<std::string> parts;
  size_t begin = 0;
  while (parts.size() + 1 < count) {
    const size_t end = input.find(mark, begin);
    if (end == std::string::npos) break;
    parts.push_back(input.substr(begin, end - begin));
    begin = end + mark.size();
  }
  parts.push_back(input.substr(begin));
  parts.resize(count);
  return parts;
}

size_t take_choice(std::string& input, size_t count) {
  if (input.empty()) return 0;
  const size_t choice = static_cast<unsigned char>(input[0] - '0') % count;
  input.erase(0, 1);
  return choice;
}

const std::string& scratch_folder() {
  static const Scratch scratch;
  return scratch.path();
}

std::string put_file(const std::string& name, const std::string& bytes) {
  const std::string path = scratch_folder() + "/" + name;
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool is_written =
      file >= 0 && write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  if (file >= 0) close(file);
  if (!is_written) throw std::runtime_error("cannot write " + path);
  return path;
}

}  // namespace mola

#ifdef MOLA_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const bool is_quiet = [] {
    mola::set_log_sink([](mola::LogLevel, const std::string&) {});
    return true;
  }();
  (void)is_quiet;
  try {
    mola::fuzz(std::string(reinterpret_cast<const char*>(bytes), size));
  } catch (const mola::Error&) {
    // refused, as it should be
  }
  return 0;
}
#endif
