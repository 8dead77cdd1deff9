#pragma once

// CMake reads the version of the project from these three lines.
#define MOLA_VERSION_MAJOR 0
#define MOLA_VERSION_MINOR 2
#define MOLA_VERSION_PATCH 0
