"""`nyord admin`: what staff do from a terminal.

The first administrator comes from here, because nobody can give themselves the role; and the last one who is locked out
comes in again, because nobody can unlock themselves.
"""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from app.cli_support import Data, Json, answer, bank_session, fail

app = typer.Typer(name="admin", help="Staff: make administrators, unlock users.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Staff: make administrators, unlock users."""


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The username to sign in with.")],
    email: Annotated[str, typer.Option(metavar="E", help="Their e-mail address.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input, not from the terminal.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make an administrator."""
    _require_as_registered(name, email)
    password = _read() if password_stdin else _asked()
    with bank_session(data) as session:
        from app.identity.service import create_admin

        admin = create_admin(session, username=name, email=email, password=password)
        facts = {"id": admin.id, "username": admin.username, "email": admin.email, "role": admin.role}
    answer(as_json, facts, f"{admin.username} is an administrator now.")


@app.command()
def unlock(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The username of who is locked out.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Let somebody in again who is locked out after too many wrong passwords."""
    with bank_session(data) as session:
        from app.identity import staff

        user = staff.user_named(session, username=name)
        was_locked = user.is_locked
        staff.update_user(session, user_id=user.id, by=None, unlock=True)
        facts = {"id": user.id, "username": user.username, "was_locked": was_locked}
    is_now = "is no longer" if was_locked else "wasn't"
    answer(as_json, facts, f"{facts['username']} {is_now} locked out.")


def _require_as_registered(name: str, email: str) -> None:
    """See that the API would take them, too: it is where they sign in.

    Raises:
        typer.BadParameter: it wouldn't.
    """
    from pydantic import TypeAdapter, ValidationError

    from app.identity.schemas import Email, Username

    letters = "it must have 3 to 32 letters, digits, dots, dashes or underscores, and begin with a letter or a digit."
    for field, text, hint, says in (
        (Username, name, "NAME", letters),
        (Email, email, "--email", "it must be an address like alice@example.com."),
    ):
        try:
            TypeAdapter(field).validate_python(text)
        except ValidationError:
            raise typer.BadParameter(says, param_hint=hint) from None


def _read() -> str:
    if sys.stdin is None:
        fail("There is no password, because standard input is closed: pipe one in, or leave --password-stdin out.")
    try:
        password = sys.stdin.readline().rstrip("\r\n")
        password.encode()  # some locales let bytes that are no text through until here
    except UnicodeError:
        fail("The password isn't UTF-8 text, and could never be typed to sign in: choose another.")
    return password


def _asked() -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        fail("There is no terminal to ask for the password: use --password-stdin.")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        fail("The two passwords differ: run the command again.")
    return password
