"""A small app with one route for each thing the edge promises, on a fresh database."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from structlog.typing import EventDict

from app.edge import errors, incoming, middleware
from app.edge.middleware import EdgeMiddleware


@pytest.fixture(autouse=True)
def logs(monkeypatch: pytest.MonkeyPatch) -> list[EventDict]:
    """What the edge logs, as it goes."""
    capture = structlog.testing.LogCapture()
    processors = [structlog.contextvars.merge_contextvars, capture]
    every_level = structlog.make_filtering_bound_logger(logging.DEBUG)
    logger = structlog.wrap_logger(None, processors=processors, wrapper_class=every_level)
    monkeypatch.setattr(middleware, "log", logger)
    monkeypatch.setattr(errors, "log", logger)
    monkeypatch.setattr(incoming, "log", logger)
    return capture.entries


@pytest.fixture
def app() -> FastAPI:
    """An app with everything of the edge and no route yet; a test adds its own."""
    made = FastAPI()
    errors.install(made)
    made.add_middleware(EdgeMiddleware, body_bytes_max=1_000)
    return made


@pytest.fixture
def api(app: FastAPI) -> Iterator[TestClient]:
    """A client of that app. What the server didn't expect comes back as an answer, as it would over a network."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
