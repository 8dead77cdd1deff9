#!/usr/bin/env bash
# Installs the missing dependencies of the build; a second run finds all in place and does nothing.
#
#   tools/setup.sh                 compiler, build tools and libraries by apt; LibTorch, Apache
#                                  Arrow, for Parquet files, and sentencepiece's source into
#                                  build/venv
#   tools/setup.sh --lint          only what `make format` and `make tidy` need, into build/lint
#   tools/setup.sh --python-tests  only what the tests with transformers need, into build/venv
#   tools/setup.sh --docs          only what `make docs` needs
#   tools/setup.sh --fuzz          only clang with its libFuzzer, sanitizers and OpenMP, for
#                                  tools/fuzz.sh and the preset thread
#
# For Debian 12, as root or with sudo; Ubuntu 24.04 should work and is untested. LibTorch comes from
# the pinned torch wheel, unless CMAKE_PREFIX_PATH names a folder that contains one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

torch="torch==2.11.0"
pyarrow="pyarrow==26.0.1"
sentencepiece="sentencepiece==0.2.1"
clang=14 # Debian 12's
lint=(clang-format==14.0.6 clang-tidy==23.1.4)
venv=build/venv
stamp=$venv/.setup-done # written last, so a folder without it is an interrupted install

packages=(g++ cmake ninja-build make python3 python3-venv nlohmann-json3-dev libspdlog-dev
  libgtest-dev libcli11-dev gnuplot-nox libtcmalloc-minimal4)
lint_packages=(git make python3 python3-venv)
docs_packages=(make doxygen python3)
fuzz_packages=(clang "libclang-rt-$clang-dev" "libomp-$clang-dev")

die() {
  echo "setup: $*" >&2
  exit 1
}

install_packages() {
  local missing=() installed package
  command -v apt-get > /dev/null ||
    die "found no apt-get, expected Debian or Ubuntu; install the equivalents of these packages: $*"
  # shellcheck disable=SC2016  # dpkg-query's own fields
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2> /dev/null) ||
    true # it fails if one is unknown, but still lists the others
  for package; do
    grep -qxF "installed $package" <<< "$installed" || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0

  local as_root=(env)
  if ((EUID != 0)); then
    command -v sudo > /dev/null ||
      die "found neither root nor sudo; ask an administrator to install: ${missing[*]}"
    as_root=(sudo env)
  fi
  as_root+=(DEBIAN_FRONTEND=noninteractive)
  echo "setup: installing ${missing[*]}"
  "${as_root[@]}" apt-get update -q || die "apt-get update failed, see above"
  "${as_root[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}" ||
    die "apt-get could not install ${missing[*]}, see above"
}

own_libtorch() {
  local folders folder
  IFS=':;' read -ra folders <<< "${CMAKE_PREFIX_PATH:-}"
  for folder in "${folders[@]}"; do
    [[ -e $folder/lib/libtorch_cpu.so ]] && return 0
  done
  return 1
}

has_libtorch() {
  compgen -G "$venv/lib/python3*/site-packages/torch/lib/libtorch_cpu.so" > /dev/null
}

install_torch() {
  [[ -f $stamp && $(< "$stamp") == "$torch" ]] && has_libtorch && return 0
  echo "setup: installing $torch into $venv (a few gigabytes)"
  rm -rf "$venv"
  # The system's Python, for which apt installed venv, not the first python3 in PATH.
  /usr/bin/python3 -m venv "$venv" || die "/usr/bin/python3 -m venv $venv failed, see above"
  "$venv/bin/python" -m pip install --disable-pip-version-check --no-compile "$torch" ||
    die "pip could not install $torch, see above"
  has_libtorch || die "pip installed $torch, but $venv holds no torch/lib/libtorch_cpu.so"
  echo "$torch" > "$stamp"
}

# pip is fast if all is in place.
install_python_tests() {
  "$venv/bin/python" -m pip install --disable-pip-version-check --quiet \
    --requirement tests/reference/requirements.txt ||
    die "pip could not install tests/reference/requirements.txt, see above"
}

make_venv() {
  [[ -x $venv/bin/python ]] || /usr/bin/python3 -m venv "$venv" ||
    die "/usr/bin/python3 -m venv $venv failed, see above"
}

install_pyarrow() {
  [[ -f $stamp-arrow && $(< "$stamp-arrow") == "$pyarrow" ]] && return 0
  make_venv
  "$venv/bin/python" -m pip install --disable-pip-version-check --no-compile --quiet "$pyarrow" ||
    die "pip could not install $pyarrow, see above"
  echo "$pyarrow" > "$stamp-arrow"
}

# cmake/SentencePiece.cmake says why its source.
install_sentencepiece() {
  local target=$venv/sentencepiece scratch=$venv/sentencepiece.new
  [[ -f $target/VERSION.txt && sentencepiece==$(< "$target/VERSION.txt") == "$sentencepiece" ]] &&
    return 0
  make_venv
  rm -rf "$target" "$scratch"
  mkdir "$scratch"
  "$venv/bin/python" -m pip download --disable-pip-version-check --quiet --no-deps \
    --no-binary sentencepiece --dest "$scratch" "$sentencepiece" ||
    die "pip could not download the source of $sentencepiece, see above"
  tar -xzf "$scratch"/sentencepiece-*.tar.gz -C "$scratch"
  mv "$scratch"/sentencepiece-*/sentencepiece "$target"
  rm -rf "$scratch"
}

install_lint() {
  [[ -f build/lint/.done && $(< build/lint/.done) == "${lint[*]}" ]] && return 0
  rm -rf build/lint
  /usr/bin/python3 -m venv build/lint || die "/usr/bin/python3 -m venv build/lint failed, see above"
  build/lint/bin/python -m pip install --disable-pip-version-check --quiet "${lint[@]}" ||
    die "pip could not install ${lint[*]}, see above"
  echo "${lint[*]}" > build/lint/.done
}

case "$*" in
  "")
    install_packages "${packages[@]}"
    own_libtorch || install_torch
    install_pyarrow
    install_sentencepiece
    ;;
  --lint)
    install_packages "${lint_packages[@]}"
    install_lint
    ;;
  --docs) install_packages "${docs_packages[@]}" ;;
  --fuzz) install_packages "${fuzz_packages[@]}" ;;
  --python-tests)
    install_packages python3 python3-venv
    install_torch
    install_python_tests
    ;;
  *) die "unknown argument '$*', expected nothing, --lint, --python-tests, --docs or --fuzz" ;;
esac
