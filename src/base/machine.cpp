#include "base/machine.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace mola {
namespace {

// The text behind the colon in the first line of /proc/cpuinfo that begins with `key`.
std::string cpu_entry(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.rfind(key, 0) == 0 && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "";
}

int64_t machine_memory() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  int64_t kilobytes = 0;
  return file >> key >> kilobytes && key == "MemTotal:" ? kilobytes * 1024 : 0;
}

// 0 without a limit.
int64_t control_group_limit() {
  for (const auto* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream file(path);
    int64_t bytes = 0;
    if (file >> bytes) return bytes;
  }
  return 0;
}

}  // namespace

std::string cpu_name() {
  const std::string name = cpu_entry("model name");
  if (name.empty()) return "unknown CPU";
  const std::string flags = " " + cpu_entry("flags") + " ";
  for (const std::string widest : {"amx_bf16", "avx512_bf16", "avx512f", "avx2"}) {
    if (flags.find(" " + widest + " ") != std::string::npos) return name + " with " + widest;
  }
  return name;
}

int64_t memory_limit() {
  const int64_t machine = machine_memory();
  const int64_t group = control_group_limit();
  return group > 0 && machine > 0 ? std::min(machine, group) : machine;
}

std::string cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (cache != nullptr && *cache != '\0') return std::string(cache) + "/mola";
  if (home != nullptr && *home != '\0') return std::string(home) + "/.cache/mola";
  return "";
}

}  // namespace mola
