"""`nyord torture`: break a bank on purpose, under load, and prove that nothing was lost, doubled or invented."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from app.cli_profile import Profile
from app.cli_support import EXIT_NO, Json, answer

app = typer.Typer()


@app.command()
def torture(
    cycles: Annotated[int, typer.Option(help="How many times.", min=1)] = 4,
    profile: Annotated[Profile, typer.Option(help="What the bank runs on.")] = Profile.EMBEDDED,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same plans. Default: a new one.")] = None,
    first: Annotated[int, typer.Option(help="The number of the first plan.", min=1)] = 1,
    seconds_per_cycle: Annotated[float, typer.Option(help="How long the load of a cycle lasts.", min=1)] = 10.0,
    per_second: Annotated[float, typer.Option(help="At most so many transfers a second.", min=1)] = 700.0,
    final_within: Annotated[
        float, typer.Option(help="Seconds from the last fault until every transfer must have its outcome.", min=1)
    ] = 30.0,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="An empty folder to work in, and to keep. Default: one that goes."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Break a bank of its own under load, in cycles, and audit it after each. Exit code 1 if anything is wrong."""
    from app.torture.run import HEADINGS, Wanted, table
    from app.torture.run import torture as run

    folder = (data or Path(tempfile.mkdtemp(prefix="nyord-torture-"))).expanduser().absolute()
    wanted = Wanted(
        profile=profile.value, cycles=cycles, seed=secrets.randbelow(10_000) if seed is None else seed, first=first,
        seconds_per_cycle=seconds_per_cycle, per_second=per_second, final_seconds_max=final_within,
    )  # fmt: skip
    _quiet_logs()
    if not as_json:
        print(f"Seed {wanted.seed}, in {folder}. Ctrl-C ends it and takes everything down.", flush=True)
        print("{:>5}  {:>9}  {:>11}  {:>13}  {:>5}  {}".format(*HEADINGS), flush=True)
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # taken down as by Ctrl-C: nothing of ours may stay behind
    result = asyncio.run(run(folder, wanted, lambda line: None if as_json else print(line, flush=True)))
    answer(as_json, result.as_json(), table(result))
    if not result.is_clean:
        raise SystemExit(EXIT_NO)
    if data is None:
        shutil.rmtree(folder, ignore_errors=True)


def _quiet_logs() -> None:
    """The table is the answer; what this process itself logs of broken connections is what it is about."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
