"""`nyord dead-letters`: the events that no retry could help. Staff have the same in the back office."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.cli_support import Data, Json, answer, bank_session
from app.core.cursors import ROW_ID_MAX
from app.core.text import is_one_line
from app.operations.bounds import REASON_CHARACTERS_MAX, REASON_CHARACTERS_MIN

app = typer.Typer(name="dead-letters", no_args_is_help=True)
LIST_MAX = 200

Letter = Annotated[
    int,
    typer.Argument(
        metavar="ID", help="The dead letter's number, from `nyord dead-letters list`.", min=1, max=ROW_ID_MAX
    ),
]


def _reason(text: str) -> str:
    if not REASON_CHARACTERS_MIN <= len(text) <= REASON_CHARACTERS_MAX:
        raise typer.BadParameter(f"it must have {REASON_CHARACTERS_MIN} to {REASON_CHARACTERS_MAX} characters.")
    if not is_one_line(text):
        raise typer.BadParameter("it must be one line of text without invisible characters.")
    return text


@app.callback()
def _group() -> None:
    """Events that could not be handled: list them, replay them, give them up."""


@app.command("list")
def list_letters(
    every: Annotated[bool, typer.Option("--all", help="Decided ones, too.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List the dead letters that wait for a decision, newest first."""
    with bank_session(data) as session:
        from app.operations.dead_letters import page

        letters = [_facts(letter) for letter in page(session, status=None if every else "waiting", limit=LIST_MAX)]
    lines = [f"{one['id']:>8}  {one['status']:<9} {one['queue']:<24} {one['error']}" for one in letters]
    answer(as_json, {"dead_letters": letters}, "\n".join(lines) or "There are no dead letters.")


@app.command()
def replay(letter: Letter, data: Data = None, as_json: Json = False) -> None:
    """Put the event back into its queue. Twice does no harm."""
    with bank_session(data) as session:
        from app.operations import dead_letters

        facts = _facts(dead_letters.replay(session, letter_id=letter))
    answer(as_json, facts, f"Dead letter {letter} is back in {facts['queue']}.")


@app.command("give-up")
def give_up(
    letter: Letter,
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the trail later.", callback=_reason)],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Close a dead letter for good. A payment that it was to settle has failed then, and its customer is told."""
    with bank_session(data) as session:
        from app.operations import dead_letters

        facts = _facts(dead_letters.give_up(session, letter_id=letter, reason=reason))
    answer(as_json, facts, f"Dead letter {letter} is given up.")


def _facts(letter: Any) -> dict[str, Any]:
    row = letter.row
    return {
        "id": row.id,
        "queue": row.queue,
        "status": row.status,
        "error": row.error,
        "reason": row.decision_reason,
        "event": letter.event,
    }
