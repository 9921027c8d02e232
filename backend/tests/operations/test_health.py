"""`/health/live` and `/health/ready`: for whoever starts processes and sends them requests."""

from __future__ import annotations

import socket
import time

import pytest
from sqlalchemy import text

from app.database import forget_engine, unit_of_work
from app.operations import dependencies
from app.operations.health import newest_migration
from tests.bank import Bank
from tests.conftest import point_at, read_only


class TestLive:
    """Runs, whatever the database does."""

    def test_without_a_database(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        point_at(monkeypatch, "postgresql://nobody@127.0.0.1:1/nowhere")
        answer = bank.api.get("/health/live")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


class TestReady:
    """Can serve."""

    def test_ready(self, bank: Bank) -> None:
        answer = bank.api.get("/health/ready")
        assert answer.status_code == 200
        assert answer.json() == {"status": "ok", "dependencies": {"database": "up", "migrations": "up"}}
        assert newest_migration()

    def test_tables_of_another_version(self, bank: Bank) -> None:
        with unit_of_work() as session:
            session.execute(text("UPDATE alembic_version SET version_num = 'other'"))
        try:
            answer = bank.api.get("/health/ready")
            assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
            assert int(answer.headers["retry-after"]) > 0
        finally:
            with unit_of_work() as session:
                session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": newest_migration()})

    def test_a_database_that_can_only_be_read(self, bank: Bank, database: str) -> None:
        """A standby, or a full disk: nobody could sign in."""
        with read_only(database):
            forget_engine()
            answer = bank.api.get("/health/ready")
            assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
        forget_engine()

    def test_no_database(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        point_at(monkeypatch, "postgresql://kingfisher@127.0.0.1:1/nowhere")
        answer = bank.api.get("/health/ready")
        assert answer.status_code == 503
        assert "kingfisher" not in answer.text, "a stranger learns nothing"
        assert "127.0.0.1" not in answer.text


ENGINES = {"rabbitmq_url": "amqp://kingfisher:{}/", "redis_url": "redis://kingfisher:{}", "search_url": "http://{}"}


class TestEngines:
    """S151: every engine that is set is asked; only PostgreSQL's absence makes the gateway unready."""

    def test_all_away_is_degraded_and_says_nothing_of_where(
        self, bank: Bank, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        point_at(monkeypatch, database, **{name: url.format("127.0.0.1:1") for name, url in ENGINES.items()})
        answer = bank.api.get("/health/ready")
        assert answer.status_code == 200
        assert answer.json() == {
            "status": "degraded",
            "dependencies": {
                "database": "up", "migrations": "up", "broker": "away", "redis": "away", "search": "away",
            },
        }  # fmt: skip
        assert "127.0.0.1" not in answer.text
        assert "kingfisher" not in answer.text

    @pytest.mark.slow
    def test_one_that_never_answers_costs_no_more_than_the_limit(
        self, bank: Bank, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            place = f"127.0.0.1:{deaf.getsockname()[1]}"
            point_at(monkeypatch, database, rabbitmq_url=f"amqp://{place}/")
            for _ in range(2):  # the second time, its first question is still open
                started = time.monotonic()
                states = bank.api.get("/health/ready").json()["dependencies"]
                assert time.monotonic() - started < dependencies.ANSWER_SECONDS_MAX + 2
                assert (states["database"], states["broker"]) == ("up", "away")
                time.sleep(dependencies.FRESH_SECONDS)

    def test_asked_once_a_second(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[None] = []
        monkeypatch.setattr(dependencies, "_ask_database", lambda: asked.append(None))
        bank.api.get("/health/ready")
        bank.api.get("/health/ready")
        assert len(asked) == 1
        time.sleep(dependencies.FRESH_SECONDS + 0.1)
        bank.api.get("/health/ready")
        assert len(asked) == 2
