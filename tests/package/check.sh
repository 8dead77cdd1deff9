#!/usr/bin/env bash
# Installs mola, moves what was installed, and builds the project in this folder against it: with
# LibTorch named, with a target `torch` of the project's own, and with no LibTorch at all; then the
# project in nn/, which takes the modules alone.
#
#   tests/package/check.sh BUILD_DIR LIBTORCH_DIR [ARROW_DIR]
#
# ARROW_DIR is that of a build with Parquet.
# CXX, CXXFLAGS and CMAKE_GENERATOR are those of the build.
set -euo pipefail

build=$(realpath "$1")
libtorch=$(realpath "$2")
arrow=${3:+$(realpath "$3")}
project=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
check_symbols=$(realpath "$project/../check_symbols.py")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unset CMAKE_PREFIX_PATH # it may name a LibTorch

die() {
  echo "package: $*" >&2
  exit 1
}

# The project's configure step in the build folder $1, with further arguments.
configure() {
  cmake -S "$project" -B "$scratch/$1" "${@:2}" > "$scratch/$1.log" 2>&1
}

# The folders of CUDA toolkits, with ; between them, which nothing that links mola may need.
expect_no_toolkit() {
  local folder
  while IFS= read -r folder; do
    ! grep -rqF "$folder" "$1" || die "the build in $1 names $folder"
  done < <(tr ';' '\n' <<< "${MOLA_CI_TOOLKIT:-}" | grep .)
}

expect_that_it_runs() {
  configure "$@" || die "$1 does not configure: $(< "$scratch/$1.log")"
  ! grep -A9 "CMake.* Warning" "$scratch/$1.log" || die "$1 configures with a warning"
  cmake --build "$scratch/$1" > "$scratch/$1.log" 2>&1 ||
    die "$1 does not build: $(< "$scratch/$1.log")"
  expect_no_toolkit "$scratch/$1"
  "$scratch/$1/consumer" || die "$1 does not run"
  "$check_symbols" "$scratch/$1/consumer" || die "$1 links two definitions of a symbol, see above"
  echo "package: $1 runs"
}

# --- Install and move ---
cmake --install "$build" --prefix "$scratch/installed" > /dev/null
mv "$scratch/installed" "$scratch/moved"
package=$(dirname "$(find "$scratch/moved" -name molaConfig.cmake)")
source=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$build/CMakeCache.txt")
for folder in "$scratch/installed" "$build" "$source" "$libtorch" ${arrow:+"$arrow"}; do
  ! grep -rF "$folder" "$package" || die "the package names $folder"
done

# --- Three projects ---
expect_that_it_runs libtorch_named "-DCMAKE_PREFIX_PATH=$scratch/moved;$libtorch;$arrow"
if [[ -e $libtorch/lib/libtorch_cuda.so ]]; then
  grep -rqF libtorch_cuda.so "$scratch/libtorch_named" || die "a project does not link CUDA"
fi

# From here on no LibTorch is found, wherever it lies: the project's own target has to do.
without=("-DCMAKE_PREFIX_PATH=$scratch/moved;$arrow" "-DCMAKE_IGNORE_PATH=$libtorch/include")
expect_that_it_runs own_target "${without[@]}" "-DOWN_LIBTORCH=$libtorch"

! configure no_libtorch "${without[@]}" || die "mola is found where there is no LibTorch"
grep -q "LibTorch 2.11 or newer: name its folder" "$scratch/no_libtorch.log" ||
  die "the error does not say what is missing: $(< "$scratch/no_libtorch.log")"
echo "package: without LibTorch, the error says how to give it"

# --- The modules alone ---
project=$project/nn
CXXFLAGS="${CXXFLAGS:-} -H" expect_that_it_runs nn "-DCMAKE_PREFIX_PATH=$scratch/moved;$libtorch"
grep -q "/mola/nn.h" "$scratch/nn.log" || die "the headers that nn includes are not listed"
! grep -E "/(arrow|nlohmann|parquet|sentencepiece|spdlog)[^/]*(/|$)" "$scratch/nn.log" ||
  die "mola/nn.h includes headers that mola::nn does not need"
