"""Whether this process can serve: the database answers, and its tables are those of this version (see `dependencies`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.operations.errors import NotReady

MIGRATIONS = Path(__file__).parents[2] / "migrations"


@cache
def newest_migration() -> str | None:
    """Return the migration that this version's code expects."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  (a tenth of a second, for which no start should wait)

    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def ensure_ready(session: Session) -> None:
    """Return if requests can be served.

    Raises:
        NotReady: they can't. A stranger isn't told why; the log of whoever failed says it.
    """
    try:
        revisions = session.scalars(text("SELECT version_num FROM alembic_version")).all()
    except SQLAlchemyError:
        raise NotReady from None
    if list(revisions) != [newest_migration()]:
        raise NotReady
