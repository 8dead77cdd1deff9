#pragma once

// CMake reads the version of the project from these three lines.
#define MOLA_VERSION_MAJOR 0
#define MOLA_VERSION_MINOR 1
#define MOLA_VERSION_PATCH 0
