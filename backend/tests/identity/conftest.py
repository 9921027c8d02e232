"""An app of the identity routes alone, on a fresh database, and people to send its requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.database import unit_of_work
from app.edge import errors, limits
from app.edge.middleware import EdgeMiddleware
from app.identity import service, sessions, tokens
from app.identity.models import User
from app.identity.router import admin_router, router
from app.identity.sessions import Device

PASSWORD = "correct horse battery"
HERE = Device(ip="203.0.113.7", user_agent="pytest")


@dataclass
class Person:
    """Somebody with an open session, and the client they use."""

    user: User
    session_id: int
    api: TestClient
    token: str

    @property
    def id(self) -> int:
        return self.user.id

    def get(self, path: str, **params: Any) -> httpx2.Response:
        return self.api.get(path, params=params, headers=self.headers)

    def post(self, path: str, **body: Any) -> httpx2.Response:
        return self.api.post(path, json=body, headers=self.headers)

    def put(self, path: str, **body: Any) -> httpx2.Response:
        return self.api.put(path, json=body, headers=self.headers)

    def delete(self, path: str) -> httpx2.Response:
        return self.api.delete(path, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@cache
def identity_app() -> FastAPI:
    """An app with the identity routes and everything of the edge around them."""
    app = FastAPI()
    errors.install(app)
    app.add_middleware(EdgeMiddleware, body_bytes_max=65_536)
    for routes in (router.routes, admin_router.routes):
        app.router.routes.extend(routes)
    return app


@pytest.fixture
def api(database: str) -> Iterator[TestClient]:
    """A client of the bank that is nobody in particular and keeps cookies."""
    tokens.forget_verified()
    limits.forget_all()
    with TestClient(identity_app(), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def person(api: TestClient) -> Callable[..., Person]:
    """Make people: `person("asha")`, `person("root", admin=True)`."""

    def make(username: str, *, admin: bool = False, kyc_approved: bool = False, full_name: str = "") -> Person:
        email = f"{username}@example.com"
        with unit_of_work() as session:
            if admin:
                user = service.create_admin(session, username=username, email=email, password=PASSWORD)
            else:
                user = service.create_customer(
                    session,
                    username=username,
                    email=email,
                    password=PASSWORD,
                    full_name=full_name,
                    kyc_approved=kyc_approved,
                )
            grant = sessions.open_session(session, user=user, device=HERE)
        return Person(user, grant.session.id, api, grant.access_token)

    return make


@pytest.fixture
def asha(person: Callable[..., Person]) -> Person:
    """A customer."""
    return person("asha", full_name="Asha Rao")


@pytest.fixture
def staff_member(person: Callable[..., Person]) -> Person:
    """An admin."""
    return person("meera", admin=True)


def events(session: Any, topic: str) -> list[dict[str, Any]]:
    """Return the recorded events of one topic, oldest first."""
    from sqlalchemy import text

    rows = session.execute(text("SELECT payload::json FROM outbox WHERE topic = :topic ORDER BY id"), {"topic": topic})
    return [event for row in rows for event in row[0]]
