#!/usr/bin/env python3
"""Refuses includes against the order of the folders in docs/architecture.md.

    python3 tools/check_includes.py

A file may include headers of its own folder and of those above it in the list, no others.
"""

import re
import sys
from pathlib import Path

ORDER = ("base config kernels ops nn loss model adapters tasks data io report train eval analysis "
         "experiment cli").split()
RANK = {folder: rank for rank, folder in enumerate(ORDER)}
INCLUDE = re.compile(r'#include ["<](?:mola/)?(\w+)/')
ROOT = Path(__file__).resolve().parent.parent
ONLY = {"report": {"base", "report"}}  # folders with a stricter rule


def wrong_includes(path: Path, folder: str) -> list[str]:
    allowed = ONLY.get(folder, {other for other in ORDER if RANK[other] <= RANK[folder]})
    return [f"{path.relative_to(ROOT)}:{number}: {folder} must not include {found[1]}"
            for number, line in enumerate(path.read_text().splitlines(), 1)
            if (found := INCLUDE.match(line)) and found[1] in RANK and found[1] not in allowed]


def main() -> None:
    problems = []
    for top in (ROOT / "include" / "mola", ROOT / "src"):
        for path in sorted(p for p in top.rglob("*") if p.suffix in (".h", ".cpp")):
            folder = path.relative_to(top).parts[0]
            if folder in RANK:
                problems += wrong_includes(path, folder)
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
