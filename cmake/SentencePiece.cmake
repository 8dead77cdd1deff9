# Makes mola_sentencepiece, the objects of sentencepiece that the library mola contains, from its
# source: that of the set-up (tools/setup.sh), or the folder in SentencePiece_SOURCE_DIR.
#
# Its shared library and LibTorch cannot be in one program. Both define FLAGS_minloglevel, here an
# object of 32 bytes and there one of 4; the dynamic linker makes them one, and sentencepiece writes
# over memory of libc10 before main begins. These objects hide their symbols, which therefore stay
# within the program or library that links them.
find_path(SentencePiece_SOURCE_DIR src/sentencepiece_processor.h
  PATHS ${CMAKE_CURRENT_LIST_DIR}/../build/venv/sentencepiece)
mark_as_advanced(SentencePiece_SOURCE_DIR)
if(NOT SentencePiece_SOURCE_DIR)
  message(FATAL_ERROR "sentencepiece's source was not found: run tools/setup.sh, or name its folder: "
    "-DSentencePiece_SOURCE_DIR=/path/to/sentencepiece")
endif()

function(mola_add_sentencepiece folder)
  file(GLOB sources ${folder}/src/*.cc ${folder}/src/builtin_pb/*.cc
    ${folder}/third_party/protobuf-lite/*.cc ${folder}/third_party/absl/flags/flag.cc)
  list(FILTER sources EXCLUDE REGEX "(_test|_main|/testharness)\\.cc$")
  add_library(mola_sentencepiece OBJECT ${sources})
  # config.h defines these names.
  file(STRINGS ${folder}/VERSION.txt PROJECT_VERSION)
  set(PROJECT_NAME sentencepiece)
  configure_file(${folder}/config.h.in ${CMAKE_CURRENT_BINARY_DIR}/sentencepiece/config.h)
  target_include_directories(mola_sentencepiece SYSTEM INTERFACE ${folder}/src)
  target_include_directories(mola_sentencepiece PRIVATE
    ${folder} ${folder}/src ${folder}/src/builtin_pb ${folder}/third_party
    ${folder}/third_party/absl ${folder}/third_party/protobuf-lite
    ${CMAKE_CURRENT_BINARY_DIR}/sentencepiece)
  # Without the tables of normalizations: LLaMA's tokenizers have none, or one in their file. GCC
  # does not hide byteswap, a template's explicit specializations, which LibTorch has too.
  target_compile_definitions(mola_sentencepiece PRIVATE
    DISABLE_EMBEDDED_DATA HAVE_PTHREAD=1 _USE_INTERNAL_STRING_VIEW byteswap=mola_byteswap)
  target_compile_options(mola_sentencepiece PRIVATE -w)
  set_target_properties(mola_sentencepiece PROPERTIES
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    # Several sources a compilation: half the time. Most of protobuf's leave its macros defined.
    UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6
    UNITY_BUILD_CODE_BEFORE_INCLUDE
      "#ifdef PROTOBUF_NAMESPACE\n#include <google/protobuf/port_undef.inc>\n#endif")
endfunction()
mola_add_sentencepiece(${SentencePiece_SOURCE_DIR})
