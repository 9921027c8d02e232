from __future__ import annotations

from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from .conftest import PASSWORD, Person

NEW_PASSWORD = "staple wagon orchid"
WRONG_PASSWORD = "hunter2 hunter2 canary"


def _everything_stored(session: Session) -> str:
    tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    rows = [str(row) for table in tables for row in session.scalars(text(f'SELECT "{table}"::text FROM "{table}"'))]
    return "\n".join(rows)


class TestCanaries:
    """S20, C21: passwords and tokens are stored nowhere, neither in a table nor in an event."""

    def test_a_whole_life_of_sign_ins(self, asha: Person, session: Session) -> None:
        api: TestClient = asha.api
        login = api.post("/auth/login", json={"username": "asha", "password": PASSWORD})
        api.post("/auth/login", json={"username": "asha", "password": WRONG_PASSWORD})
        api.post("/auth/login", json={"username": WRONG_PASSWORD, "password": "asha"})  # typed into the wrong field
        refreshed = api.post("/auth/refresh")
        asha.post("/auth/change-password", current_password=PASSWORD, new_password=NEW_PASSWORD)
        asha.post("/auth/logout")

        stored = _everything_stored(session)
        assert "user.login_failed" in stored, "the events were looked at too"
        secrets = [PASSWORD, NEW_PASSWORD, WRONG_PASSWORD, asha.token]
        secrets += [login.json()["access_token"], refreshed.json()["access_token"]]
        secrets += [login.cookies["nyord_refresh"], refreshed.cookies["nyord_refresh"]]
        assert all(len(secret) > 12 for secret in secrets)
        assert [secret for secret in secrets if secret in stored] == []
