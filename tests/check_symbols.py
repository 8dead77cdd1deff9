#!/usr/bin/env python3
"""Refuses programs and plugins that define a symbol of LibTorch a second time.

    tests/check_symbols.py PROGRAM [PROGRAM_OR_PLUGIN...]

The dynamic linker makes definitions of one name in a program and its libraries one. If they are not
the same thing, code of one library then works on the memory of the other.

Weak and unique symbols are not compared: inline functions and templates are defined in every
library that uses them, and are meant to become one. Neither are the C++ library, parts of which
LibTorch contains, and the libraries of the compiler and of C, which all others share.
"""

import re
import subprocess
import sys
from pathlib import Path

SHARED_BY_ALL = re.compile(r"(ld-linux|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+|gomp|asan|ubsan)\.)")
CPP_LIBRARY = re.compile(r"_ZN?K?St")  # of namespace std
TORCH = re.compile(r"lib(torch|c10)")


def output_of(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def libraries(program: Path) -> list[Path]:
    found = [Path(path) for path in re.findall(r"=> (/\S+)", output_of("ldd", str(program)))]
    return [path for path in found if not SHARED_BY_ALL.match(path.name)]


def copies(path: Path) -> set[str]:
    """Data of a library that lies in a program compiled without -fPIC: still one definition."""
    lines = output_of("readelf", "--relocs", "--wide", str(path)).splitlines()
    return {line.split()[4].split("@")[0] for line in lines if "_COPY " in line}


def definitions(path: Path) -> set[str]:
    """The names of strong data (B, D, G, R, S) and functions (T) that others see."""
    lines = output_of("nm", "--dynamic", "--defined-only", str(path)).splitlines()
    symbols = (line.split() for line in lines)
    return {name.split("@")[0] for *_, kind, name in symbols
            if kind in "BDGRST" and not CPP_LIBRARY.match(name)} - copies(path)


def main() -> None:
    given = [Path(path) for path in sys.argv[1:]]
    paths = set(given).union(*map(libraries, given))
    torch = {path for path in paths if TORCH.match(path.name)}
    if not torch:
        sys.exit("check_symbols: found no program that links LibTorch")
    of_torch = {name: path.name for path in torch for name in definitions(path)}
    problems = [f"{path}: defines {name}, and so does {of_torch[name]}"
                for path in sorted(paths - torch)
                for name in sorted(definitions(path) & of_torch.keys())]
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
