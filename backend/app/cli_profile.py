"""Which bank `nyord up` runs: the embedded one, one on addresses that the environment names, or one on our own engines."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli_support import children_environment, external_url, fail, home_at

if TYPE_CHECKING:
    from app.embedded.home import Home
    from app.embedded.supervisor import Plan

# Enough to see that any one of them can be lost.
GATEWAYS_ON_ENGINES = 2
WORKERS_ON_ENGINES = 2


class Profile(StrEnum):
    """What the bank runs on."""

    EMBEDDED = "embedded"  # its own PostgreSQL and nothing else, unless the environment has addresses
    ENGINES = "engines"  # those of `nyord engines up`, unless the environment has others


def choose(
    profile: Profile,
    data: Path | None,
    *,
    host: str,
    port: int,
    demo: bool | None,
    gateways: int | None,
    workers: int | None,
) -> tuple[Home, Plan]:
    """Return the data folder and what to run on it.

    Raises:
        ConfigurationError: a setting is missing or wrong, or an engine that it names can't be used or reached.
        EngineError: the engines profile without engines.
    """
    from app.embedded.supervisor import Plan

    on_engines = profile is Profile.ENGINES
    home = _on_engines(data) if on_engines else home_at(data)
    external = on_engines or bool(external_url(data))
    if external:
        _require_usable()
    elif (gateways or 1, workers or 1) != (1, 1):
        fail("The embedded bank has one gateway and one worker: more need `--profile engines`.")
    plan = Plan(
        host=host,
        port=port,
        demo=(on_engines or not external) if demo is None else demo,
        environment=children_environment(home, port, embedded=not external),
        embedded=not external,
        gateways=gateways or (GATEWAYS_ON_ENGINES if on_engines else 1),
        workers=workers or (WORKERS_ON_ENGINES if on_engines else 1),
        beat=on_engines,
    )
    return home, plan


def _on_engines(data: Path | None) -> Home:
    """Take the addresses of our own engines for what the environment leaves open; return that bank's data folder."""
    from app.engines.folder import default_folder, read_environment

    folder = default_folder()
    if "DATABASE_URL" not in os.environ:
        for name, text in read_environment(folder).items():
            os.environ.setdefault(name, text)
    return home_at(data or folder / "bank")


def _require_usable() -> None:
    """Unlike the bank's own processes, a person who starts it wants to hear at once what can't be reached."""
    from app.config import ConfigurationError, get_settings
    from app.engines.check import check_engines

    findings = check_engines(get_settings().require_usable())
    if findings:
        raise ConfigurationError(" ".join(finding.text for finding in findings))
