from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.errors import Refused
from app.database import engine
from app.edge.session import Read, Write


class Counted(Refused):
    """A refusal whose trace must stay."""

    keeps_writes = True


@pytest.fixture(autouse=True)
def _notes(session: Session) -> Iterator[None]:
    """A table whose rule is checked at COMMIT, so that the commit itself can fail."""
    session.execute(text("CREATE TABLE notes (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
    session.commit()
    yield
    session.rollback()
    session.execute(text("DROP TABLE notes"))
    session.commit()


def _note(session: Session, number: int) -> None:
    session.execute(text("INSERT INTO notes VALUES (:number)"), {"number": number})


def _notes_kept(session: Session) -> int:
    session.rollback()
    return session.scalar(text("SELECT count(*) FROM notes")) or 0


class TestWrite:
    """S29: one request, one transaction, committed before the answer leaves."""

    def test_commits_once_and_before_the_answer(self, app: FastAPI, api: TestClient, session: Session) -> None:
        @app.post("/notes", status_code=201)
        def write(session: Write) -> int:
            _note(session, 1)
            _note(session, 2)
            return 2

        assert api.post("/notes").status_code == 201
        assert _notes_kept(session) == 2

    def test_a_commit_that_fails_is_never_a_200(self, app: FastAPI, api: TestClient, session: Session) -> None:
        @app.post("/notes", status_code=201)
        def write(session: Write) -> int:
            _note(session, 1)
            _note(session, 1)  # allowed until COMMIT
            return 2

        answer = api.post("/notes")

        assert answer.status_code == 500
        assert answer.json()["code"] == "internal_error"
        assert _notes_kept(session) == 0

    def test_a_connection_lost_before_the_commit_is_a_503(
        self, app: FastAPI, api: TestClient, session: Session
    ) -> None:
        @app.post("/notes", status_code=201)
        def write(session: Write) -> int:
            _note(session, 1)
            own = session.scalar(text("SELECT pg_backend_pid()"))
            with engine().connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:own, 5000)"), {"own": own})
            return 1

        answer = api.post("/notes")

        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"
        assert _notes_kept(session) == 0

    @pytest.mark.parametrize(("error", "status"), [(Refused("No."), 422), (ValueError("bug"), 500)])
    def test_an_error_undoes_everything(
        self, app: FastAPI, api: TestClient, session: Session, error: Exception, status: int
    ) -> None:
        @app.post("/notes")
        def write(session: Write) -> None:
            _note(session, 1)
            raise error

        assert api.post("/notes").status_code == status
        assert _notes_kept(session) == 0

    def test_an_error_that_must_leave_a_trace_does(self, app: FastAPI, api: TestClient, session: Session) -> None:
        @app.post("/notes")
        def write(session: Write) -> None:
            _note(session, 1)
            raise Counted("No, and I'll remember.")

        assert api.post("/notes").status_code == 422
        assert _notes_kept(session) == 1

    def test_every_connection_comes_back(self, app: FastAPI, api: TestClient) -> None:
        @app.post("/notes/{number}")
        def write(number: int, session: Write) -> None:
            _note(session, number)
            if number % 2:
                raise ValueError("bug")

        for number in range(40):
            api.post(f"/notes/{number}")

        assert engine().pool.checkedout() == 0  # type: ignore[attr-defined]


class TestRead:
    """S29: a route that only reads can't write by mistake."""

    def test_is_never_committed(self, app: FastAPI, api: TestClient, session: Session) -> None:
        @app.get("/notes")
        def read(session: Read) -> int:
            _note(session, 1)
            return session.scalar(text("SELECT count(*) FROM notes")) or 0

        assert api.get("/notes").json() == 1
        assert _notes_kept(session) == 0
