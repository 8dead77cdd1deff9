# Makes the imported targets `torch` and `LibTorch::cpu`, the part of it that has no CUDA, from a
# LibTorch folder: a torch wheel's, or an unpacked libtorch archive named in CMAKE_PREFIX_PATH.
#
# torch's own TorchConfig.cmake fails if the wheel was built for CUDA and no CUDA toolkit is
# installed, although nothing here is compiled with one. Linking its libraries is enough, so this
# file does no more. A project that has called find_package(Torch) itself keeps its own target.
include(FindPackageHandleStandardArgs)

if(TARGET torch)
  if(NOT TARGET LibTorch::cpu)
    add_library(LibTorch::cpu INTERFACE IMPORTED)
    target_link_libraries(LibTorch::cpu INTERFACE torch)
  endif()
  set(LibTorch_FOUND TRUE)
  return()
endif()

# The wheel of the set-up (tools/setup.sh) is searched last.
file(GLOB wheel_torch "${CMAKE_CURRENT_LIST_DIR}/../build/venv/lib/python3*/site-packages/torch")
find_path(LibTorch_INCLUDE_DIR torch/csrc/api/include/torch/torch.h PATHS ${wheel_torch}
  PATH_SUFFIXES include)
cmake_path(GET LibTorch_INCLUDE_DIR PARENT_PATH LibTorch_ROOT)
foreach(name torch torch_cpu torch_cuda c10 c10_cuda)
  find_library(LibTorch_${name}_LIBRARY ${name} HINTS ${LibTorch_ROOT}/lib NO_DEFAULT_PATH)
  mark_as_advanced(LibTorch_${name}_LIBRARY)
endforeach()
if(LibTorch_INCLUDE_DIR)
  set(version_header ${LibTorch_INCLUDE_DIR}/torch/headeronly/version.h)
  if(NOT EXISTS ${version_header}) # in older versions
    set(version_header ${LibTorch_INCLUDE_DIR}/torch/csrc/api/include/torch/version.h)
  endif()
  file(STRINGS ${version_header} version_lines REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE "[^0-9;]" "" LibTorch_VERSION "${version_lines}")
  list(JOIN LibTorch_VERSION "." LibTorch_VERSION)
endif()

find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_torch_cpu_LIBRARY LibTorch_INCLUDE_DIR
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE
  "run tools/setup.sh, or name a LibTorch folder: -DCMAKE_PREFIX_PATH=/path/to/libtorch")

if(LibTorch_FOUND)
  find_package(Threads REQUIRED)
  set(libraries "")
  foreach(name torch_cpu c10 torch_cuda c10_cuda)
    if(LibTorch_${name}_LIBRARY)
      add_library(${name} SHARED IMPORTED)
      set_target_properties(${name} PROPERTIES IMPORTED_LOCATION "${LibTorch_${name}_LIBRARY}")
      list(APPEND libraries ${name})
    endif()
  endforeach()
  add_library(LibTorch::cpu INTERFACE IMPORTED)
  set_target_properties(LibTorch::cpu PROPERTIES
    INTERFACE_COMPILE_FEATURES cxx_std_17
    INTERFACE_INCLUDE_DIRECTORIES
      "${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES
      "${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include"
    INTERFACE_LINK_LIBRARIES "torch_cpu;c10;Threads::Threads")
  add_library(torch SHARED IMPORTED)
  set_target_properties(torch PROPERTIES
    IMPORTED_LOCATION "${LibTorch_torch_LIBRARY}"
    INTERFACE_LINK_LIBRARIES "${libraries};LibTorch::cpu"
    # No code refers to a symbol of libtorch_cuda, but loading it registers the CUDA backend.
    INTERFACE_LINK_OPTIONS "LINKER:--no-as-needed")
endif()
mark_as_advanced(LibTorch_INCLUDE_DIR)
