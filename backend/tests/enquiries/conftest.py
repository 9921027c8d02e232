"""A bank whose search is empty, on either engine."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.config import get_settings
from app.enquiries import service
from app.enquiries.indexes import INDEXES
from app.search import elastic
from app.search.engine import forget_search_engines, search_engine
from tests.bank import Bank


@pytest.fixture(autouse=True)
def _own_index(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the test an index folder of its own, after the database fixture has set what it sets."""
    if "database" in request.fixturenames:
        request.getfixturevalue("database")
    monkeypatch.setenv("SEARCH_FOLDER", str(tmp_path / "search"))
    monkeypatch.delenv("SEARCH_URL", raising=False)
    get_settings.cache_clear()
    service.forget_health()
    yield
    forget_search_engines()
    get_settings.cache_clear()


@pytest.fixture
def elasticsearch(search_url: str, _own_index: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the bank search in Elasticsearch, in indices that nobody else has; they are dropped at the end."""
    # What is tested is what it answers; how soon it must, and what then, is tested in `test_away`.
    monkeypatch.setattr(elastic, "READ_SECONDS_MAX", 30.0)
    monkeypatch.setenv("SEARCH_URL", search_url)
    monkeypatch.setenv("SEARCH_PREFIX", f"test-{secrets.token_hex(4)}-")
    get_settings.cache_clear()
    yield
    engine: Any = search_engine()
    for name in engine._client.indices.get(index=f"{get_settings().search_prefix}*", filter_path="*.aliases"):
        engine.drop(INDEXES["logs"], name)


@pytest.fixture(params=["embedded", pytest.param("elasticsearch", marks=pytest.mark.slow)])
def either_engine(request: pytest.FixtureRequest, _own_index: None) -> str:
    """Run the test on both engines."""
    if request.param == "elasticsearch":
        request.getfixturevalue("elasticsearch")
    return str(request.param)


@pytest.fixture
def bank(database: str, gateway: Any) -> Iterator[Bank]:
    """A running gateway on a fresh database and an empty index."""
    with TestClient(gateway) as api:
        yield Bank(api, indexes=True)


@pytest.fixture
def searchable(bank: Bank) -> Any:
    """Let the worker handle what waits, and the engine show it."""

    def index() -> None:
        bank.settle()
        for spec in INDEXES.values():
            search_engine().refresh(spec)

    return index
