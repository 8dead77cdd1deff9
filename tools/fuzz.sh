#!/usr/bin/env bash
# Builds the fuzz targets and runs each for an equal share of the time, JOBS at once (one a core).
#
#   tools/fuzz.sh SECONDS [TARGET]...   the sum over the targets; all of them by default
#
# Inputs that reach new code are kept in build/fuzz/corpus, where the next run begins. A find ends
# the run; its input is in build/fuzz/finds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "fuzz: $*"; }

[[ ${1:-} =~ ^[1-9][0-9]*$ ]] || {
  say "found '${1:-}', expected seconds; then the targets, if not all" >&2
  exit 1
}
seconds=$1
shift
if ! echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, long) { return 0; }' |
  clang++ -x c++ -fsanitize=fuzzer,address -o /dev/null - 2> /dev/null; then
  say "skipped: no clang with libFuzzer; tools/setup.sh --fuzz installs it"
  exit 0
fi

[[ -f build/fuzz/build.ninja ]] || cmake --preset fuzz > /dev/null
cmake --build --preset fuzz ${JOBS:+--parallel "$JOBS"}
targets=("$@")
if ((${#targets[@]} == 0)); then # those that this build has
  mapfile -t targets < <(cd build/fuzz/tests && find . -name "fuzz_*" -type f -perm -u+x |
    sed 's#^\./fuzz_##' | sort)
fi
share=$((seconds / ${#targets[@]}))
((share > 0)) || share=1
mkdir -p build/fuzz/finds

fuzz_one() {
  local target=$1
  mkdir -p "build/fuzz/corpus/$target"
  if ! "build/fuzz/tests/fuzz_$target" -max_total_time="$share" -timeout=10 -rss_limit_mb=2048 \
    -max_len=4096 -dict=tests/fuzz/words.dict -artifact_prefix="build/fuzz/finds/$target-" \
    -print_final_stats=1 "build/fuzz/corpus/$target" "tests/fuzz/corpus/$target" \
    2> "build/fuzz/$target.log"; then
    tail -n 60 "build/fuzz/$target.log" >&2
    say "$target: a find, see build/fuzz/$target.log" >&2
    return 255 # ends xargs
  fi
  say "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$target.log")" \
    "inputs in $share s"
}
export -f fuzz_one say
export share
# shellcheck disable=SC2016  # the inner bash's own $1
printf '%s\n' "${targets[@]}" | xargs --max-args 1 --max-procs "${JOBS:-$(nproc)}" bash -c 'fuzz_one "$1"' fuzz
