# The compile options of all targets.
function(mola_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra)
  if(MOLA_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# Compiles the target's files six at a time. For files that see torch: a compiler takes longer for
# torch's templates, once a time, than for most of these files. Names in their unnamed namespaces
# must differ.
function(mola_unity_build target)
  if(MOLA_UNITY_BUILD)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
  endif()
endfunction()

# Links the program with tcmalloc, if there is one (docs/why_these_libraries.md). Sanitizers have an
# allocator of their own.
find_library(TCMALLOC_LIBRARY NAMES tcmalloc_minimal libtcmalloc_minimal.so.4)
function(mola_link_tcmalloc program)
  if(TCMALLOC_LIBRARY AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    target_link_options(${program} PRIVATE
      "LINKER:--push-state,--no-as-needed,${TCMALLOC_LIBRARY},--pop-state")
  endif()
endfunction()
