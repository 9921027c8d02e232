"""`nyord worker`: one worker, or as many as the queues need."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from app.cli_support import children_environment, external_url, fail, home_at

app = typer.Typer()
WORKERS_MAX = 64


@app.command()
def worker(
    autoscale: Annotated[
        str | None,
        typer.Option(metavar="MIN-MAX", help="Run between MIN and MAX workers, by what waits in the queues."),
    ] = None,
    events_per_worker: Annotated[
        int, typer.Option(help="With --autoscale: so many waiting events are worth one more worker.", min=1)
    ] = 1_000,
    calm_seconds: Annotated[
        float, typer.Option(help="With --autoscale: a worker goes after it was too many for so long.", min=1)
    ] = 60.0,
    logs: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="With --autoscale: where the workers' logs go. Default: your data folder."),
    ] = None,
) -> None:
    """Run a worker beside a bank on engines (DATABASE_URL, RABBITMQ_URL), until Ctrl-C."""
    if not external_url(None):
        fail(
            "`nyord up` runs the embedded bank's worker itself: for more, set DATABASE_URL and RABBITMQ_URL to engines."
        )
    environment = _environment()
    if autoscale is None:
        _become_worker(environment)
    least, most = _range(autoscale)
    from app.embedded.fleet import Fleet
    from app.embedded.scaling import Scale

    scale = Scale(least, most, events_per_worker=events_per_worker, calm_seconds=calm_seconds)
    Fleet(scale, _waiting, environment, logs or home_at(None).logs).run()


def _environment() -> dict[str, str]:
    """Return what workers are told, if a bank can run on it."""
    from app.config import ConfigurationError, get_settings
    from app.engines.check import check_engines

    if findings := check_engines(get_settings().require_usable()):
        raise ConfigurationError(" ".join(finding.text for finding in findings))
    return children_environment(home_at(None), 8000, embedded=False)


def _range(text: str) -> tuple[int, int]:
    """Read `MIN-MAX`; anything else ends the command."""
    found = re.fullmatch(r"(\d{1,3})-(\d{1,3})", text)
    least, most = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= least <= most <= WORKERS_MAX:
        fail(f"--autoscale takes two numbers such as 1-4, from 1 to {WORKERS_MAX}, the smaller first.")
    return least, most


def _become_worker(environment: dict[str, str]) -> NoReturn:
    from app.embedded import commands

    os.chdir(commands.BACKEND)
    os.execve(sys.executable, commands.worker(f"worker-1.{os.getpid()}"), environment)  # noqa: S606


def _waiting() -> int | None:
    """Return how many events wait in all queues together; None: nobody knows just now."""
    from sqlalchemy.exc import SQLAlchemyError

    from app import consumers  # noqa: F401  (every queue)
    from app.database import unit_of_work
    from app.operations import queues

    messages = queues.on_broker()
    if messages is None:
        return None
    try:
        with unit_of_work() as session:
            return sum(queue.waiting for queue in queues.health(session, messages))
    except SQLAlchemyError:
        return None
