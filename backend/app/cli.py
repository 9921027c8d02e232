"""`nyord`: everything that one can ask a bank from a terminal. Modules are loaded by the command that needs them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from app import (
    cli_admin,
    cli_dead_letters,
    cli_engines,
    cli_events,
    cli_search,
    cli_topology,
    cli_torture,
    cli_web,
    cli_worker,
)
from app import cli_support as support
from app.cli_profile import Profile
from app.cli_support import Data, Json

app = typer.Typer(
    name="nyord",
    help="Nyord, a retail bank. `nyord up` runs all of it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(cli_admin.app)
app.add_typer(cli_dead_letters.app)
app.registered_commands += cli_search.app.registered_commands
app.registered_commands += cli_torture.app.registered_commands
app.add_typer(cli_engines.app)
app.add_typer(cli_web.app)
app.registered_commands += cli_events.app.registered_commands
app.registered_commands += cli_topology.app.registered_commands + cli_worker.app.registered_commands
PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.command()
def up(
    data: Data = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65_535)] = 8000,
    demo: Annotated[
        bool | None,
        typer.Option(
            "--demo/--no-demo", help="Fill an empty bank with demo people. Default: yes, except in a database of yours."
        ),
    ] = None,
    profile: Annotated[
        Profile, typer.Option(help="What it runs on: its own PostgreSQL, or the engines of `nyord engines up`.")
    ] = Profile.EMBEDDED,
    gateways: Annotated[int | None, typer.Option(help="Gateways on the one port (engines: 2).", min=1, max=64)] = None,
    workers: Annotated[int | None, typer.Option(help="Workers (engines: 2).", min=1, max=64)] = None,
    web: Annotated[
        bool, typer.Option("--web/--no-web", help="Build the web app first, if its sources changed.")
    ] = True,
) -> None:
    """Run the whole bank: database, gateway and worker, until Ctrl-C."""
    from app.cli_profile import choose
    from app.embedded import network
    from app.embedded.supervisor import Supervisor

    home, plan = choose(profile, data, host=host, port=port, demo=demo, gateways=gateways, workers=workers)
    network.require_free(host, port)  # the supervisor takes it later; who waits for a build should know before
    if web:
        cli_web.build_or_explain()
    Supervisor(home, plan).run()


@app.command()
def migrate(data: Data = None, as_json: Json = False) -> None:
    """Bring the database to the tables of this version. Nothing to do is fine."""
    from app.cli_database import current_revision, upgrade

    with support.bank_settings(data, create=True):
        upgrade()
        revision = current_revision()
    support.answer(as_json, {"revision": revision}, f"The database is at revision {revision}.")


@app.command()
def seed(data: Data = None, as_json: Json = False) -> None:
    """Fill an empty bank with demo people and a year of their life. A bank that has users is left alone."""
    from app.cli_database import fill_with_demo

    with support.bank_settings(data, create=True):
        logins = fill_with_demo()
    lines = [f"  {login['role']:<9} {login['username']:<16} {login['password']}" for login in logins]
    sentence = "The demo bank is ready. Sign in as\n" + "\n".join(lines)
    support.answer(
        as_json, {"logins": logins}, sentence if logins else "This bank has users already; nothing was added."
    )


@app.command()
def verify(
    data: Data = None,
    as_json: Json = False,
    trusted_head: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER:HASH", help="The head of an earlier proof, kept elsewhere: the chain must still contain it."
        ),
    ] = None,
) -> None:
    """Prove the books: every balance, movement and hold, and the chain. Exit code 1 names the row that is off."""
    from app.cli_verify import prove

    report, sentence = prove(data, trusted_head)
    support.answer(as_json, report, sentence)
    if not report["ok"]:
        raise SystemExit(support.EXIT_NO)


@app.command()
def status(data: Data = None, as_json: Json = False) -> None:
    """Say whether the bank runs and answers. Exit code 1 when it doesn't."""
    from app.cli_status import bank_status

    facts, sentence = bank_status(data)
    support.answer(as_json, facts, sentence)
    if not facts["healthy"]:
        raise SystemExit(support.EXIT_NO)


@app.command(context_settings=PASS_THROUGH)
def psql(context: typer.Context, data: Data = None) -> None:
    """Open PostgreSQL's own terminal on the bank's database. Other arguments are psql's: `nyord psql -c 'SELECT 1'`."""
    from app.cli_database import run_client

    with support.bank_url(data) as url:
        raise SystemExit(run_client("psql", url, context.args, embedded=not support.external_url(data)))


@app.command(context_settings=PASS_THROUGH)
def dump(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="The file to write.")], data: Data = None
) -> None:
    """Write the bank of this moment into a file. Arguments after it are pg_dump's."""
    from app.cli_database import run_client

    arguments = ["--format=custom", f"--file={file}", *context.args]
    with support.bank_url(data) as url:
        raise SystemExit(run_client("pg_dump", url, arguments, embedded=not support.external_url(data)))


@app.command(context_settings=PASS_THROUGH)
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `nyord dump` wrote.", exists=True, dir_okay=False, readable=True)],
    data: Data = None,
) -> None:
    """Make the bank of a dump in an empty database or a new folder. Arguments after the file are pg_restore's."""
    from app.cli_database import current_revision, run_client

    is_embedded = not support.external_url(data)
    with support.bank_settings(data, create=True):
        if current_revision():
            support.fail(
                "There is a bank already: restore beside it, into an empty database or a new folder (`--data`)."
            )
        # All or nothing: half a bank would look like one, without its constraints and triggers, which come last.
        arguments = ["--single-transaction", "--no-owner", *context.args, str(file)]
        raise SystemExit(run_client("pg_restore", os.environ["DATABASE_URL"], arguments, embedded=is_embedded))


@app.command()
def openapi() -> None:
    """Print the API's OpenAPI document. Needs no bank."""
    from app.cli_openapi import document

    print(document())


@app.command(context_settings=PASS_THROUGH)
def test(
    context: typer.Context,
    fast: Annotated[
        bool, typer.Option("--fast", help="Leave out browser, engines and whole processes; lint what changed.")
    ] = False,
) -> None:
    """Prove the program: lint, types, import rules, file lengths, then pytest. Other arguments are pytest's."""
    from app.cli_checks import run_everything

    raise SystemExit(run_everything(context.args, fast=fast))


@app.command(context_settings=PASS_THROUGH)
def screens(context: typer.Context) -> None:
    """Take screenshots of every page into docs/screens/, or of those that are named."""
    _become("tests.browser.screens", context.args)


@app.command(context_settings=PASS_THROUGH, add_help_option=False)
def bench(context: typer.Context) -> None:
    """Measure the bank against pgbench on this machine. Arguments are the benchmark's own; see `nyord bench --help`."""
    _become("bench", context.args)


def _become(module: str, arguments: list[str]) -> NoReturn:
    """Go on as another module of the checkout, one that the bank itself runs without."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(support.BACKEND), str(support.ROOT)))}
    os.execve(sys.executable, [sys.executable, "-P", "-m", module, *arguments], environment)  # noqa: S606


def main() -> None:
    """Run the command line."""
    try:
        "".join(sys.argv).encode()
    except UnicodeEncodeError:  # bytes that are no text; neither the database nor JSON could hold them
        support.fail("An argument isn't UTF-8 text: type it again in UTF-8, or choose another name.")
    support.in_one_sentence(lambda: app(prog_name="nyord"))


if __name__ == "__main__":
    main()
