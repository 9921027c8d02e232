"""Writes docs/requirements.md: every numbered item of the specification and the tests that prove it.

    ../.venv/bin/python -m tests.requirements        (from backend/)

The items stand in docs/requirements.json, and there, under `open`, what is missing of those that are proved in part. A
test names the item it proves in its docstring, or in that of its class or file: `S42`, a part as `S140.3`, or several as
`S98-S100`; a test of the web app in the title of its `describe` or `it`. What no test names is "not yet": silence is no proof.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "backend" / "tests"
WEB = ROOT / "frontend"
DOCS = ROOT / "docs"
ITEMS_FILE = DOCS / "requirements.json"
OUTPUT_FILE = DOCS / "requirements.md"

_NAMED = re.compile(r"\bS(\d{1,3})(\.\d{1,2})?(?:\s*[-–]\s*S(\d{1,3})(\.\d{1,2})?)?\b")
_WEB_TITLE = re.compile(r"""\b(?:describe|it)\(\s*(['"])(.+?)\1,""")
_NOT_YET = "not yet"
_HEADER = """# What the specification asks for, and what proves it

Generated from the tests by `python -m tests.requirements` (in `backend/`); don't edit it. A test names the item that it
proves in its docstring. An item with parts is proved when each of its parts is; of some, a piece is known to be missing.

"""


class UnknownItem(Exception):
    """A test names an item that the specification doesn't have."""


@dataclass(frozen=True)
class Section:
    """A chapter of the specification: its title and its items' texts, by number."""

    title: str
    items: dict[str, str]


def sections() -> list[Section]:
    """Return the specification's items, in its order."""
    return [Section(**section) for section in json.loads(ITEMS_FILE.read_text())["sections"]]


def still_open() -> dict[str, str]:
    """Return what is still missing of items that tests name already, such as a front end; they count as begun."""
    missing: dict[str, str] = json.loads(ITEMS_FILE.read_text())["open"]
    return missing


def proofs(known: Sequence[str]) -> dict[str, list[str]]:
    """Return the tests that name each item by their places: `a/test_file.py::Class::test` from the root.

    Raises:
        UnknownItem: a test names something that isn't in `known`.
    """
    found: dict[str, list[str]] = {item: [] for item in known}
    for place, words in _all_words():
        for item in _named(words):
            if item not in found:
                raise UnknownItem(f"{place} names {item}, which the specification doesn't have.")
            if place not in found[item]:
                found[item].append(place)
    return found


def _all_words() -> Iterator[tuple[str, str]]:
    """Return the place of each test, and what it says of itself."""
    for path in sorted(TESTS.rglob("test_*.py")):
        yield from _docstrings(path)
    for folder in (WEB / "src", WEB / "tests"):
        for path in sorted(folder.rglob("*.test.ts*")):
            place = path.relative_to(ROOT)
            yield from ((f"{place}::{title}", title) for _, title in _WEB_TITLE.findall(path.read_text()))


def _docstrings(path: Path) -> Iterator[tuple[str, str]]:
    module = ast.parse(path.read_text())
    stack: list[tuple[str, ast.Module | ast.ClassDef | ast.FunctionDef]] = [(str(path.relative_to(ROOT)), module)]
    while stack:
        place, node = stack.pop(0)
        docstring = ast.get_docstring(node)
        if docstring:
            yield place, docstring
        for child in node.body:
            if isinstance(child, ast.ClassDef | ast.FunctionDef) and child.name.lower().startswith("test"):
                stack.append((f"{place}::{child.name}", child))


def _named(docstring: str) -> Iterator[str]:
    for first, part, last, last_part in _NAMED.findall(docstring):
        if not last:
            yield f"S{first}{part}"
        elif part and last_part:
            yield from (f"S{first}.{number}" for number in range(int(part[1:]), int(last_part[1:]) + 1))
        else:
            yield from (f"S{number}" for number in range(int(first), int(last) + 1))


def is_proved(item: str, proof: Mapping[str, Sequence[str]], missing: Mapping[str, str]) -> bool:
    """Return whether tests name the item, or each of its parts if it has any, and nothing of it is known to be missing."""
    parts = _parts(item, proof)
    if item in missing or any(part in missing for part in parts):
        return False
    return all(proof[part] for part in parts) if parts else bool(proof[item])


def render() -> str:
    """Return the text of docs/requirements.md as the tests stand now."""
    chapters = sections()
    proof = proofs([item for chapter in chapters for item in chapter.items])
    whole = [item for item in proof if "." not in item]
    missing = still_open()
    done = sum(is_proved(item, proof, missing) for item in whole)
    begun = sum(_is_begun(item, proof) for item in whole) - done
    lines = [f"**{done} of {len(whole)} items are proved, {begun} in part, {len(whole) - done - begun} not yet.**", ""]
    for chapter in chapters:
        lines += [f"## {chapter.title}", "", "| | what | proof |", "| --- | --- | --- |"]
        lines += [
            f"| {item} | {_cell(text)} | {_proof(item, proof, missing)} |" for item, text in chapter.items.items()
        ]
        lines.append("")
    return _HEADER + "\n".join(lines)


def _parts(item: str, proof: Mapping[str, Sequence[str]]) -> list[str]:
    return [other for other in proof if other.startswith(f"{item}.")]


def _is_begun(item: str, proof: Mapping[str, Sequence[str]]) -> bool:
    return bool(proof[item]) or any(proof[part] for part in _parts(item, proof))


def _proof(item: str, proof: Mapping[str, Sequence[str]], missing: Mapping[str, str]) -> str:
    links = [_link(place) for place in proof[item]]
    parts = _parts(item, proof)
    if parts:
        links.insert(0, f"{sum(bool(proof[part]) for part in parts)} of {len(parts)} parts")
    if links and item in missing:
        links.insert(0, f"in part; not yet: {missing[item]}")
    return "<br>".join(links) or _NOT_YET


def _link(place: str) -> str:
    path, _, rest = place.partition("::")
    name = re.sub(r"^backend/tests/|^frontend/(src/)?|\.py$", "", path) + (f" {rest}" if rest else "")
    return f"[{_cell(name.replace('::', ' '))}](../{path})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    OUTPUT_FILE.write_text(render())
