#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace mola {

/// A new folder under the system's folder for temporary files, gone with its owner.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "mola_test_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder " + name);
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string path() const { return path_.string(); }
  std::string path(const std::string& name) const { return (path_ / name).string(); }

  /// Writes the bytes of `text` into the file `name`, whose folders are made, and returns its path.
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path(name);
  }

  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(path_ / name, std::ios::binary).rdbuf();
    return text.str();
  }

 private:
  std::filesystem::path path_;
};

/// The names in the folder `path`, in order.
inline std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// The path of `relative` ("data/glue/CoLA", "reference/paper.json") in the folder of real data
/// that the environment variable MOLA_TEST_DATA names; empty if it is not set.
inline std::string test_data(const std::string& relative) {
  const char* root = std::getenv("MOLA_TEST_DATA");
  return root == nullptr ? "" : (std::filesystem::path(root) / relative).string();
}

/// The `what()` of the `E` that `act` throws; a failure of the test if it throws none.
template <class E, class Act>
std::string message_of(Act act) {
  try {
    act();
  } catch (const E& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

}  // namespace mola

/// Skips a test of real data, visibly, where there is none.
#define MOLA_SKIP_WITHOUT_TEST_DATA()                                                         \
  if (mola::test_data("").empty()) {                                                          \
    GTEST_SKIP() << "MOLA_TEST_DATA is not set; it names a folder with data/ and reference/"; \
  }
