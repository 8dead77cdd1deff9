# Makes ArrowParquet::ArrowParquet from Apache Arrow's headers and libraries: the system's
# (libarrow-dev and libparquet-dev), or those of a pyarrow wheel, in the folder pyarrow of a
# Python's site-packages. The wheel next to LibTorch is found, and that of the set-up
# (tools/setup.sh); name another in CMAKE_PREFIX_PATH. Arrow's headers need C++20.
include(FindPackageHandleStandardArgs)

file(GLOB wheel_pyarrow
  "${CMAKE_CURRENT_LIST_DIR}/../build/venv/lib/python3*/site-packages/pyarrow")
if(LibTorch_ROOT)
  list(APPEND wheel_pyarrow "${LibTorch_ROOT}/../pyarrow")
endif()
find_path(ArrowParquet_INCLUDE_DIR parquet/arrow/reader.h PATHS ${wheel_pyarrow}
  PATH_SUFFIXES include)
mark_as_advanced(ArrowParquet_INCLUDE_DIR)
if(ArrowParquet_INCLUDE_DIR)
  file(STRINGS ${ArrowParquet_INCLUDE_DIR}/arrow/util/config.h config_lines
    REGEX "#define ARROW_(VERSION|SO_VERSION|VERSION_STRING) ?\"?")
  string(REGEX MATCH "ARROW_VERSION_STRING \"([0-9.]+)" ignored "${config_lines}")
  set(ArrowParquet_VERSION ${CMAKE_MATCH_1})
  string(REGEX MATCH "ARROW_SO_VERSION \"([0-9]+)" ignored "${config_lines}")
  # A wheel has libarrow.so only with the version number.
  cmake_path(GET ArrowParquet_INCLUDE_DIR PARENT_PATH root)
  foreach(name arrow parquet)
    find_library(ArrowParquet_${name}_LIBRARY
      NAMES lib${name}.so.${CMAKE_MATCH_1} ${name} HINTS ${root} ${root}/lib)
    mark_as_advanced(ArrowParquet_${name}_LIBRARY)
  endforeach()
endif()

find_package_handle_standard_args(ArrowParquet
  REQUIRED_VARS ArrowParquet_parquet_LIBRARY ArrowParquet_arrow_LIBRARY ArrowParquet_INCLUDE_DIR
  VERSION_VAR ArrowParquet_VERSION HANDLE_VERSION_RANGE
  REASON_FAILURE_MESSAGE
  "Parquet files need it: run tools/setup.sh, or install libarrow-dev and libparquet-dev")

if(ArrowParquet_FOUND AND NOT TARGET ArrowParquet::ArrowParquet)
  add_library(ArrowParquet::Arrow SHARED IMPORTED)
  set_target_properties(ArrowParquet::Arrow PROPERTIES
    IMPORTED_LOCATION "${ArrowParquet_arrow_LIBRARY}")
  add_library(ArrowParquet::ArrowParquet SHARED IMPORTED)
  set_target_properties(ArrowParquet::ArrowParquet PROPERTIES
    IMPORTED_LOCATION "${ArrowParquet_parquet_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${ArrowParquet_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES ArrowParquet::Arrow)
endif()
