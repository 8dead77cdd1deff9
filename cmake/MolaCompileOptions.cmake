# The compile options of all targets.
function(mola_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra)
  if(MOLA_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
