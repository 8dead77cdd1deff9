# Read by find_package(mola): finds what the library stands on, then makes the target mola::mola.
# A project that has a target `torch` already, from find_package(Torch) or of its own, keeps it.

# Imported targets reach the caller from inside a function, its variables do not. All that is
# missing is told at once, with how to give it.
function(mola_find_dependencies missing)
  list(PREPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_FUNCTION_LIST_DIR})
  find_package(LibTorch 2.11 QUIET)
  find_package(SentencePiece QUIET)
  find_package(spdlog QUIET)
  find_package(OpenMP QUIET COMPONENTS CXX)

  set(problems "")
  if(NOT LibTorch_FOUND)
    string(APPEND problems "\n  LibTorch 2.11 or newer")
    if(LibTorch_VERSION)
      string(APPEND problems " (found ${LibTorch_VERSION} in ${LibTorch_ROOT})")
    endif()
    string(APPEND problems ": name its folder (an unpacked libtorch, or the torch folder of a "
      "Python's site-packages) in -DCMAKE_PREFIX_PATH=/path/to/libtorch, or make a target `torch` "
      "before find_package(mola)")
  endif()
  if(NOT SentencePiece_FOUND)
    string(APPEND problems "\n  sentencepiece: install libsentencepiece-dev")
  endif()
  if(NOT spdlog_FOUND)
    string(APPEND problems "\n  spdlog: install libspdlog-dev")
  endif()
  if(NOT OpenMP_CXX_FOUND)
    string(APPEND problems
      "\n  OpenMP: take a C++ compiler that has it, and enable the language CXX")
  endif()
  set(${missing} "${problems}" PARENT_SCOPE)
endfunction()

mola_find_dependencies(mola_missing)
if(mola_missing)
  set(mola_FOUND FALSE)
  set(mola_NOT_FOUND_MESSAGE "mola needs what was not found:${mola_missing}")
else()
  include(${CMAKE_CURRENT_LIST_DIR}/molaTargets.cmake)
endif()
unset(mola_missing)
