"""Writes docs/operations/settings.md: every setting, its default, and the reason that stands beside it in `config.py`.

../.venv/bin/python -m tests.settings        (from backend/)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import SecretStr

from app.config import Settings

ROOT = Path(__file__).parents[2]
SOURCE_FILE = ROOT / "backend" / "app" / "config.py"
OUTPUT_FILE = ROOT / "docs" / "operations" / "settings.md"

_HEADER = """# Settings

Generated from `backend/app/config.py` by `python -m tests.settings` (in `backend/`); don't edit it. Each is a variable of the
environment, or a line of a file `.env` where the process begins; `NAME_FILE` names a file to read `NAME` from, which is how
secrets come into containers. What can't be used is said in one sentence at the start. Amounts are in paise. How an engine's
address asks for TLS is in [tls.md](tls.md).
"""
_SECTION = re.compile(r"    # -- (.+?) -+$")
_COMMENT = re.compile(r"    # (.+)$")
_FIELD = re.compile(r"    (\w+): [^#]+?(?:  # (.+))?$")


class Setting(NamedTuple):
    """One setting: its name in the environment, what it is where nothing is said, and why."""

    name: str
    default: str
    reason: str


def sections() -> dict[str, list[Setting]]:
    """Return every setting under its heading, in the order of the source."""
    found: dict[str, list[Setting]] = {}
    heading, above = "", list[str]()
    for line in _lines_of_the_class():
        if section := _SECTION.match(line):
            heading, above = section[1], []
            found[heading] = []
        elif comment := _COMMENT.match(line):
            above.append(comment[1])
        elif (field := _FIELD.match(line)) and field[1] in Settings.model_fields:
            reason = " ".join([*above, field[2] or ""]).strip()
            found[heading].append(Setting(field[1].upper(), _default(field[1]), reason))
            above = []
        else:
            above = []
    return found


def render() -> str:
    """Return the page."""
    parts = [_HEADER]
    for heading, settings in sections().items():
        rows = (f"| `{one.name}` | {one.default} | {_sentence(one.reason)} |" for one in settings)
        parts.append(
            f"## {_sentence(heading)}\n\n| setting | default | why |\n| --- | --- | --- |\n" + "\n".join(rows) + "\n"
        )
    return "\n".join(parts)


def _lines_of_the_class() -> Iterator[str]:
    _, _, after = SOURCE_FILE.read_text().partition("\nclass Settings(BaseSettings):\n")
    yield from after.partition("\n    @field_validator")[0].splitlines()


def _default(name: str) -> str:
    value = Settings.model_fields[name].default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        value = str(value).lower()
    return f"`{value}`" if value != "" else "–"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].replace("|", "\\|")


if __name__ == "__main__":
    OUTPUT_FILE.write_text(render())
