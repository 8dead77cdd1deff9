#pragma once

#include <string>

// CMake reads the version of the project from these three lines.
#define MOLA_VERSION_MAJOR 0
#define MOLA_VERSION_MINOR 2
#define MOLA_VERSION_PATCH 0

namespace mola {

/// "0.2.0"
inline std::string version_text() {
  return std::to_string(MOLA_VERSION_MAJOR) + "." + std::to_string(MOLA_VERSION_MINOR) + "." +
         std::to_string(MOLA_VERSION_PATCH);
}

}  // namespace mola
