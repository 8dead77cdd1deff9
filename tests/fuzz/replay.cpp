// Runs a fuzz target once on each file of the folders given, without libFuzzer. A find ends it.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/json_file.h"
#include "fuzz/fuzz.h"
#include "mola/base/error.h"
#include "mola/base/log.h"

namespace {

void run(const std::filesystem::path& file) {
  std::printf("%s: ", file.filename().c_str());
  std::fflush(stdout);  // names the culprit of a crash
  try {
    mola::fuzz(mola::read_file(file.string()));
    std::printf("accepted\n");
  } catch (const mola::Error& error) {
    std::printf("refused: %s\n", error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  mola::set_log_sink([](mola::LogLevel, const std::string&) {});
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    for (const auto& file : std::filesystem::directory_iterator(argv[i])) files.push_back(file);
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) run(file);
  std::printf("%zu inputs\n", files.size());
  return files.empty() ? 1 : 0;
}
