#!/usr/bin/env python3
"""Checks the links of the documentation; needs the standard library only.

    tools/check_links.py                 relative links and anchors in the Markdown pages
    tools/check_links.py --html FOLDER   the same in the HTML that Doxygen wrote there
    tools/check_links.py --paths         files of the repository that the pages name in code

Prints each problem as "file: problem" and exits with 1 if there is one. Links to other sites are
not followed.
"""

import argparse
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^ *(```|~~~).*?^ *\1", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
# A path of lower-case parts, up to a placeholder such as NAME.
PATH = re.compile(
    r"`((?:benchmarks|cmake|configs|docs|examples|src|tests|tools)/[a-z0-9_/.]+)[^`\n]*`")
IS_SOURCE = re.compile(r"\.\w+$|/$")


def pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def slug(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {slug(heading) for heading in HEADING.findall(FENCE.sub("", page.read_text()))}


def check_page(page: Path) -> list[str]:
    problems = []
    text = CODE.sub("", FENCE.sub("", page.read_text()))
    for target in LINK.findall(text):
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if not file.exists():
            problems.append(f"link to {target}: no such file")
        elif parts.fragment and parts.path and file.suffix == ".md":
            problems.append(f"link to {target}: Doxygen finds no heading of another page")
        elif parts.fragment and not parts.path and parts.fragment not in anchors(page):
            problems.append(f"link to {target}: no such heading")
    return problems


def check_paths(page: Path) -> list[str]:
    found = PATH.findall(page.read_text())
    return [f"names {path}: no such file" for path in sorted(set(found))
            if IS_SOURCE.search(path) and not (ROOT / path).exists()]


class Html(HTMLParser):
    """The links and anchors of an HTML file."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.has_raw_link = False  # Doxygen does not support links whose text has a line break
        self.feed(file.read_text(errors="replace"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "data") and value:
                self.links.add(value)
            elif name in ("id", "name") and value:
                self.anchors.add(value)

    def handle_data(self, data: str) -> None:
        self.has_raw_link = self.has_raw_link or "@ref " in data


def check_html(folder: Path) -> dict[Path, list[str]]:
    files = {file.resolve(): Html(file) for file in sorted(folder.glob("*.html"))}
    problems: dict[Path, list[str]] = {}
    for file, html in files.items():
        if html.has_raw_link:
            problems[file] = ["shows '@ref': a link's text has a line break"]
        for target in sorted(html.links):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            other = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            if not other.exists():
                problems.setdefault(file, []).append(f"link to {target}: no such file")
            elif parts.fragment and other in files and parts.fragment not in files[other].anchors:
                problems.setdefault(file, []).append(f"link to {target}: no such anchor")
    return problems


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--html", type=Path, metavar="FOLDER")
    parser.add_argument("--paths", action="store_true")
    arguments = parser.parse_args()
    if arguments.html:
        if not (arguments.html / "index.html").exists():
            sys.exit(f"check_links: {arguments.html} has no index.html")
        problems = check_html(arguments.html)
    else:
        check = check_paths if arguments.paths else check_page
        problems = {page: check(page) for page in pages()}
    lines = [f"{file.relative_to(ROOT) if file.is_relative_to(ROOT) else file}: {problem}"
             for file, list_of_file in problems.items() for problem in list_of_file]
    print(*lines, sep="\n", end="\n" if lines else "")
    sys.exit(1 if lines else 0)


if __name__ == "__main__":
    main()
