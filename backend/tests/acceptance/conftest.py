"""The world in which the whole API is tried, on both profiles: what a bank does must not depend on its engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import config
from app.database import forget_engine
from tests.acceptance.on_engines import BankOnEngines, own_engines, working
from tests.acceptance.world import World, build_world
from tests.bank import Bank
from tests.conftest import empty, point_at


@pytest.fixture(params=["embedded", pytest.param("engines", marks=pytest.mark.slow)])
def profile(request: pytest.FixtureRequest) -> str:
    """Which engines the bank of the test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def engines_of_our_own(engines_folder: Path) -> Iterator[dict[str, str]]:
    """The settings of a bank on real engines that nobody else uses."""
    with own_engines(engines_folder) as settings:
        yield settings


@pytest.fixture
def database(profile: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty bank's database on the profile's PostgreSQL, with the app in this process pointed at it."""
    if profile == "embedded":
        yield request.getfixturevalue("database")
        return
    settings = request.getfixturevalue("engines_of_our_own")
    empty(settings["url"])
    point_at(monkeypatch, **settings)
    yield settings["url"]
    forget_engine()
    config.get_settings.cache_clear()


@pytest.fixture
def bank(profile: str, database: str, gateway: Any) -> Iterator[Bank]:
    """A running gateway on a fresh database, and people for it."""
    with TestClient(gateway) as api:
        if profile == "embedded":
            yield Bank(api)
        else:
            with working():
                yield BankOnEngines(api)


@pytest.fixture
def world(bank: Bank) -> World:
    """A fresh bank with an owner, a stranger, an admin, and something for every route. Nothing is on its way any more."""
    made = build_world(bank)
    bank.settle()
    return made
