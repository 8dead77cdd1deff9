#!/usr/bin/env bash
# clang-tidy on the C++ files changed since a commit (HEAD~1 if none is named) and not yet
# committed, JOBS at a time. A changed header is checked through the .cpp of its name or, without
# one, through the first file that includes it.
#
#   tools/tidy.sh [BASE]
#
# Needs a configured build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

base=${1:-HEAD~1}
own=build/tidy # configured as the build, but with each file compiled by itself
database=$own/compile_commands.json

die() {
  echo "tidy: $*" >&2
  exit 1
}

PATH=$PWD/build/lint/bin:$PATH # of tools/setup.sh --lint
command -v clang-tidy > /dev/null || die "no clang-tidy; run tools/setup.sh --lint"
[[ -f build/CMakeCache.txt ]] || die "no build; run make build (or cmake --preset release) first"
git rev-parse --quiet --verify "$base^{commit}" > /dev/null || die "'$base' is not a commit"

cmake --preset release -B "$own" -DMOLA_UNITY_BUILD=OFF > /dev/null
# The pinned clang-tidy has no omp.h of its own.
mkdir -p "$own/include"
cp "$(g++ -print-file-name=include/omp.h)" "$own/include/"

in_database() { grep -qF "\"file\": \"$PWD/$1\"" "$database"; }

# The .cpp file through which the changed file $1 is checked.
sources_of() {
  local path=${1#include/mola/} stem candidate
  stem=${path%.*}
  for candidate in "$1" "${1%.h}.cpp" "src/$stem.cpp" "tests/$stem.cpp" "tests/${stem}_test.cpp"; do
    if in_database "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  [[ $1 == *.h ]] || return 0
  for candidate in $(git grep -l --fixed-strings "#include \"${1#*/}\"" -- '*.cpp'); do
    if in_database "$candidate"; then
      echo "$candidate"
      return
    fi
  done
}

changed() {
  git diff --name-only --diff-filter=d "$base" -- '*.h' '*.cpp'
  git ls-files --others --exclude-standard -- '*.h' '*.cpp'
}

mapfile -t files < <(changed | while IFS= read -r file; do sources_of "$file"; done | sort -u)
if ((${#files[@]} == 0)); then
  echo "tidy: nothing to check since $base"
  exit 0
fi

# clang-tidy counts the warnings suppressed in torch's headers on stderr: shown only if it failed.
tidy_one() {
  local output
  output=$(clang-tidy -p "$own" --quiet --extra-arg="-isystem$PWD/$own/include" "$1" 2>&1) || {
    echo "$output"
    return 1
  }
}
export own
export -f tidy_one
echo "tidy: files to check since $base: ${#files[@]}"
# shellcheck disable=SC2016  # the inner bash's own $1
printf '%s\n' "${files[@]}" |
  xargs --max-args 1 --max-procs "${JOBS:-$(nproc)}" bash -c 'tidy_one "$1"' tidy ||
  die "see the findings above"
echo "tidy: no findings"
