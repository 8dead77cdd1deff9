# make          what is missing is installed, then the library, the program and tests are built
# make test     the same, and the tests run
# make quickstart  the same for the program alone, and a first run: toy data, a base model, two
#               fine-tunes and a table, in runs/quickstart
# make docs     the pages and the reference of all classes, in build/docs (tools/setup.sh --docs)
# Debug and sanitizer builds have presets of their own: cmake --preset debug, sanitize, thread
#
# JOBS=4        number of parallel jobs (default: all cores)
# CMAKE_ARGS=…  for the configure step, for example CMAKE_ARGS=-DMOLA_WERROR=ON
# BASE=main     for `make tidy`: check the files changed since this commit (default: HEAD~1)

# The tools that tools/setup.sh --lint installs.
export PATH := $(CURDIR)/build/lint/bin:$(PATH)
JOBS ?= $(shell nproc)
BASE ?= HEAD~1
.DEFAULT_GOAL := build
# Files not yet added to git are included; deleted ones are not.
SOURCES = $(wildcard $(shell git ls-files --cached --others --exclude-standard '*.h' '*.cpp' '*.cu'))

.PHONY: configure build generated quickstart test docs setup format format-check tidy clean

# Once configured, ninja itself re-runs CMake if a CMake file changed.
configure: setup
	@if [ ! -f build/build.ninja ] || [ -n "$(CMAKE_ARGS)" ]; then \
	  cmake --preset release $(CMAKE_ARGS); fi

build: configure
	cmake --build --preset release --parallel $(JOBS)

# The JSON schemas in configs/ and docs/configuration.md, from the lists of fields.
generated: configure
	cmake --build --preset release --parallel $(JOBS) --target write_generated
	build/bin/write_generated .

quickstart: configure
	cmake --build --preset release --parallel $(JOBS) --target mola_cli
	@python3 tools/quickstart.py

# Skipped tests are listed last, each reason once.
test: build
	ctest --preset release --no-tests=error --parallel $(JOBS)
	@grep -A1 ': Skipped$$' build/Testing/Temporary/LastTest.log | grep -v -e ': Skipped$$' -e '^--' \
	  | sort | uniq -c | sed 's/^/skipped tests: /' || true

# A warning or a dead link is an error. The version is defined in version.h only.
docs:
	@command -v doxygen > /dev/null || { echo "docs: no doxygen; run tools/setup.sh --docs" >&2; exit 1; }
	@tools/check_links.py
	@rm -rf build/docs && mkdir -p build
	@MOLA_VERSION=$$(sed -n 's/^#define MOLA_VERSION_[A-Z]* //p' include/mola/version.h | paste -sd.) \
	  doxygen docs/Doxyfile
	@tools/check_links.py --html build/docs
	@echo "documentation: build/docs/index.html"

setup:
	@tools/setup.sh

format:
	clang-format -i $(or $(SOURCES),$(error no sources found))

format-check:
	@clang-format --dry-run --Werror $(or $(SOURCES),$(error no sources found))

tidy:
	@JOBS=$(JOBS) tools/tidy.sh $(BASE)

# Keeps the downloads of the set-up.
clean:
	rm -rf build-debug build-sanitize build-thread
	if [ -d build ]; then find build -mindepth 1 -maxdepth 1 ! -name venv ! -name lint -exec rm -rf {} +; fi
