"""`nyord engines`: PostgreSQL, RabbitMQ, Redis and Elasticsearch on this machine, without touching its services."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from app.cli_support import EXIT_NO, Json, answer

app = typer.Typer(
    name="engines", help="The engines that the bank scales on, run on this machine.", no_args_is_help=True
)

Folder = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The engines folder. Default: nyord-engines, beside the bank's."),
]
Only = Annotated[str, typer.Option("--only", metavar="NAMES", help="Some of them: `--only rabbitmq,redis`.")]


@app.callback()
def _group() -> None:
    """The engines that the bank scales on, run on this machine."""


@app.command()
def up(data: Folder = None, only: Only = "", as_json: Json = False) -> None:
    """Install what is missing and start what doesn't run. They go on running until `nyord engines down`."""
    from app.engines import control
    from app.engines.folder import default_folder, environment_file

    folder = _folder(data)
    settings = control.up(folder, _names(only), _progress(as_json))
    file = environment_file(folder)
    lines = [f"  {name}={text}" for name, text in settings.items() if name != "JWT_SECRET"]
    # The bank finds engines in the default folder by itself.
    before = "" if folder == default_folder() else f"set -a; . {shlex.quote(str(file))}; set +a; "
    lines += [f"The same, for a shell: {file}", f"The bank on them: {before}nyord up --profile engines"]
    answer(as_json, settings | {"environment_file": str(file)}, "\n".join(["The engines run:", *lines]))


@app.command()
def down(data: Folder = None, only: Only = "", as_json: Json = False) -> None:
    """Stop them. Their data stays."""
    from app.engines import control

    stopped = control.down(_folder(data), _names(only), _progress(as_json))
    answer(as_json, {"stopped": stopped}, f"Stopped: {', '.join(stopped)}." if stopped else "No engine was running.")


@app.command()
def status(data: Folder = None, as_json: Json = False) -> None:
    """Say which of them run and answer. Exit code 1 unless all of them do."""
    from app.engines import control

    found = [control.status(_folder(data), name) for name in control.ENGINES]
    words = {(True, True): "answers", (True, False): "runs but doesn't answer"}
    lines = [f"{one.name:<14}{words.get((one.running, one.ready), 'is not running')}" for one in found]
    facts = {one.name: {"running": one.running, "ready": one.ready, "pids": one.pids} for one in found}
    answer(as_json, facts, "\n".join(lines))
    if not all(one.ready for one in found):
        raise SystemExit(EXIT_NO)


@app.command()
def restart(
    name: Annotated[str, typer.Argument(metavar="NAME", help="postgres, rabbitmq, redis or elasticsearch.")],
    data: Folder = None,
    as_json: Json = False,
) -> None:
    """Stop one engine and start it again, on the same port."""
    from app.engines import control

    folder = _folder(data)
    control.stop(folder, name, _progress(as_json))
    settings = control.up(folder, [name], _progress(as_json))
    answer(as_json, {"restarted": name}, f"{name} runs again; {len(settings) - 1} engines are known here.")


def _folder(data: Path | None) -> Path:
    from app.engines.folder import chosen_folder

    return chosen_folder(data)


def _names(only: str) -> list[str]:
    return [name.strip() for name in only.split(",") if name.strip()]


def _progress(as_json: bool) -> Callable[[str], None]:
    return (lambda _: None) if as_json else (lambda line: print(line, flush=True))
