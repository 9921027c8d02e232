"""`nyord reindex` and `nyord search-check`: build the search indexes anew, and compare them with PostgreSQL."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli_support import EXIT_NO, Data, Json, answer, bank_settings, external_url, fail, home_at

app = typer.Typer()


@contextmanager
def _bank(data: Path | None) -> Iterator[None]:
    """Make settings those of the bank that is meant, its index folder included."""
    if not external_url(data):
        os.environ["NYORD_DATA"] = str(home_at(data).path)
    with bank_settings(data):
        from app import models  # noqa: F401  (a relation names its other table's class)
        from app.database import forget_engine
        from app.search.engine import forget_search_engines

        try:
            yield
        finally:
            forget_search_engines()
            forget_engine()


@app.command()
def reindex(
    index: Annotated[
        str | None,
        typer.Option(
            "--index",
            metavar="NAME",
            help="transactions, customers, audit or logs; default: all but the logs, which can't be read again.",
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Build search anew from PostgreSQL beside the live index, then swap. Safe while the bank works."""
    with _bank(data):
        from app.enquiries.indexes import INDEXES
        from app.enquiries.rebuild import reindex as rebuild

        if index is not None and index not in INDEXES:
            fail(f"There is no index {index!r}: say one of {', '.join(INDEXES)}.")
        # Log lines come from the processes and can't be read again: theirs is begun anew only when asked for by name.
        names = [index] if index is not None else [name for name in INDEXES if name != "logs"]
        done = [rebuild(INDEXES[name], progress=None if as_json else _tell) for name in names]
    lines = [
        f"{one.name}: another process is rebuilding it already."
        if one.documents is None
        else f"{one.name}: {one.documents:,} documents in {one.seconds:.1f} s."
        for one in done
    ]
    answer(as_json, {"indexes": [one._asdict() for one in done]}, "\n".join(lines))


def _tell(name: str, written: int, about: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{name}: {written:,} of {about:,}", end="\n" if written >= about else "", file=sys.stderr, flush=True)


@app.command("search-check")
def search_check(
    repair: Annotated[bool, typer.Option("--repair", help="Repair what differs.")] = False,
    thorough: Annotated[bool, typer.Option("--thorough", help="Compare every document, not only figures.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Compare search with PostgreSQL. Exit code 1 when they differ and weren't repaired."""
    with _bank(data):
        from app.database import unit_of_work
        from app.enquiries.drift import drift

        with unit_of_work() as session:
            found = drift(session, repair=repair, thorough=thorough)
    answer(as_json, {"indexes": [one._asdict() for one in found]}, "\n".join(_sentence(one) for one in found))
    if any(one.state in ("drifted", "missing", "away") for one in found):
        raise SystemExit(EXIT_NO)


def _sentence(one: Any) -> str:
    match one.state:
        case "ok":
            return f"{one.name}: the same as PostgreSQL ({one.documents:,} documents)."
        case "behind":
            return f"{one.name}: events wait to be indexed; ask again in a moment."
        case "missing":
            return f"{one.name}: there is no index; `./nyord reindex` builds it."
        case "away":
            return f"{one.name}: the search engine doesn't answer."
    figures = f"{one.missing:,} missing, {one.different:,} different, {one.surplus:,} too many"
    return f"{one.name}: {one.state}: {figures}."
