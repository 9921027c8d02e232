"""`nyord events`: what can happen in the bank, for people and for programs. Asks no bank."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli_support import Json, answer, fail

app = typer.Typer()


@app.command()
def events(
    as_json: Json = False,
    write: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write AsyncAPI, JSON Schemas and the page into this folder (docs/events)."),
    ] = None,
) -> None:
    """Print the catalogue of events, or write its documents."""
    from app import asyncapi
    from app.events.catalogue import CATALOGUE

    if write is not None:
        written = asyncapi.files()
        try:
            for path, content in written.items():
                place = write / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(content, encoding="utf-8")
        except OSError as error:
            fail(f"{write} can't be written to ({error.strerror}): choose another folder with --write.")
        answer(as_json, {"written": sorted(written)}, f"Wrote {len(written)} files into {write}.")
        return
    width = max(map(len, CATALOGUE))
    lines = [f"{topic:<{width}}  {', '.join(kind.aliases)}".rstrip() for topic, kind in CATALOGUE.items()]
    answer(as_json, asyncapi.document(), "\n".join(lines))
