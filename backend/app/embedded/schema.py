"""Whether a database has this program's tables, without loading Alembic: the everyday start has nothing to migrate."""

from __future__ import annotations

import re
from pathlib import Path

from app.embedded.errors import PostgresError

_REVISION = re.compile(r"^(down_revision|revision)\b[^=]*= *(?:['\"](\w+)['\"]|None)", re.MULTILINE)


def is_current(versions: Path, installed: str) -> bool:
    """Return whether the database stands at the newest migration. `installed` is empty for a new database.

    Raises:
        PostgresError: the database has a migration that this program doesn't know.
    """
    revisions: set[str] = set()
    parents: set[str] = set()
    for file in versions.glob("*.py"):
        for name, value in _REVISION.findall(file.read_text()):
            (revisions if name == "revision" else parents).add(value)
    if installed and installed not in revisions:
        raise PostgresError(
            "This bank belongs to a newer version of Nyord: update this program, or choose another folder with --data."
        )
    return {installed} == revisions - parents
