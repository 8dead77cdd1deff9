#!/usr/bin/env python3
"""Refuses changes to files that do not go through src/base/file_changes.h.

    python3 tools/check_file_changes.py

Tests make every change fail once; one that takes another way would never be tested.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = {"src/base/file_changes.cpp"}
CHANGES = re.compile(
    r"\b(ofstream|fstream\b(?!>)|fopen|freopen|creat|mkostemps?|mkstemp|mkdtemp|tmpfile|f?truncate64"
    r"|truncate|unlink(at)?|rmdir|renameat2?|create_director(y|ies)|create_symlink|create_hard_link"
    r"|copy_file|resize_file|O_WRONLY \|)\s*\(|std::(ofstream|fstream)\b|std::(rename|remove)\(\w+\.c_str"
    r"|\bfs::(rename|remove|remove_all|copy)\b|filesystem::(rename|remove|remove_all|copy)\b"
    r"|(?<![\w:>.])(rename|mkdir|fsync)\(")


def main() -> None:
    problems = []
    for path in sorted(p for top in ("src", "include") for p in (ROOT / top).rglob("*")
                       if p.suffix in (".h", ".cpp")):
        name = path.relative_to(ROOT).as_posix()
        if name in ALLOWED:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            code = line.split("//")[0]
            if CHANGES.search(code) and "std::remove_if" not in code:
                problems.append(f"{name}:{number}: {line.strip()}: goes past base/file_changes.h")
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
