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

# Functions of C, POSIX and Linux under names that nothing else has, and of std::filesystem.
NAMES = (
    "fopen fopen64 freopen creat creat64 mkstemp mkstemps mkostemp mkostemps mkdtemp tmpfile "
    "truncate truncate64 ftruncate ftruncate64 fallocate posix_fallocate pwrite pwritev writev "
    "sendfile copy_file_range fdatasync syncfs sync_file_range chmod fchmod fchmodat lchmod chown "
    "fchown fchownat lchown utime utimes futimes lutimes futimens utimensat symlink symlinkat "
    "linkat mkdirat mkfifo mknod unlink unlinkat rmdir renameat renameat2 setxattr lsetxattr "
    "fsetxattr create_directory create_directories create_symlink create_directory_symlink "
    "create_hard_link copy_file copy_symlink resize_file last_write_time").split()
CHANGES = [
    rf"\b({'|'.join(NAMES)})\s*\(",
    r"\b(w?ofstream|w?fstream|basic_o?fstream)\b(?!>)",  # not <fstream>
    r"\bPROT_WRITE\b",
    r"\b(fs|filesystem)::(rename|remove|remove_all|copy|permissions)\b",
    r"\bstd::rename\b|\bstd::remove\s*\([^,()]*(\(\))?\)",  # std::remove of <algorithm> has commas
    r"(?<![\w:>.])(::)?(rename|link|mkdir|fsync|sync)\s*\(",
    r"(?<!\w)::(write|remove)\s*\(",
]
INNER = r"\((?:[^()]|\([^()]*\))*\)"  # parentheses with some in them
OPENS = re.compile(rf"(?<![\w:>.])(?:::)?open(?:at)?(?:64)?\s*({INNER})")
WRITES = re.compile(r"\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b")
PATTERN = re.compile("|".join(f"(?:{change})" for change in CHANGES))

EXAMPLES = """
ftruncate(file_, 0) != 0
fchmod(file_, 0600);
::chmod(path.c_str(), 0600);
utimensat(AT_FDCWD, path, times, 0);
symlink(a.c_str(), b.c_str());
const int f = open(path.c_str(), O_WRONLY | O_CREAT, 0666);
const int f = ::open(path.c_str(), O_RDWR);
const int f = open(path.c_str(), flags);
const int f = openat(folder, name, O_RDONLY | O_CREAT, 0666);
std::ofstream file(path);
std::remove(path.c_str());
std::rename(a.c_str(), b.c_str());
fs::remove_all(path);
fs::permissions(path, fs::perms::owner_all);
::write(file, bytes, size);
mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
"""
COUNTEREXAMPLES = """
#include <fstream>
const int f = open(path.c_str(), O_RDONLY | O_CLOEXEC);
where_[name] = open(folder + name);
layout.open(path, split);
*open(), to_example, options,
open_file(temporary_, O_WRONLY | O_EXCL, file_);
stop_.erase(std::remove(stop_.begin(), stop_.end(), ""), stop_.end());
saved->remove();
void AtomicFile::write(const void* bytes, size_t size) {
check_change(rename_path(a, b), b, "");
"""


def changes(code: str) -> list[int]:
    """Where in `code` files are changed."""
    places = [found.start() for found in PATTERN.finditer(code)]
    for found in OPENS.finditer(code):
        has_flags = "," in found[1]
        if has_flags and ("O_RDONLY" not in found[1] or WRITES.search(found[1])):
            places.append(found.start())
    return sorted(places)


def without_comments(text: str) -> str:
    return re.sub(r"//[^\n]*", "", text)


def check_the_examples() -> None:
    for line in EXAMPLES.strip().splitlines():
        assert changes(line), f"passes: {line}"
    for line in COUNTEREXAMPLES.strip().splitlines():
        assert not changes(line), f"is refused: {line}"


def main() -> None:
    check_the_examples()
    problems = []
    for path in sorted(p for top in ("src", "include") for p in (ROOT / top).rglob("*")
                       if p.suffix in (".h", ".cpp")):
        name = path.relative_to(ROOT).as_posix()
        if name in ALLOWED:
            continue
        code = without_comments(path.read_text())
        for place in changes(code):
            number = code.count("\n", 0, place) + 1
            line = code.splitlines()[number - 1].strip()
            problems.append(f"{name}:{number}: {line}: goes past base/file_changes.h")
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
