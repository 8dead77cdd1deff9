# What every target of ours is compiled with.
function(mola_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra)
  if(MOLA_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
