"""`/health/live` and `/health/ready`: for whoever starts processes and sends them requests."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.database import unit_of_work
from app.operations.health import newest_migration
from tests.bank import Bank
from tests.conftest import point_at


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
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
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

    def test_no_database(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        point_at(monkeypatch, "postgresql://kingfisher@127.0.0.1:1/nowhere")
        answer = bank.api.get("/health/ready")
        assert answer.status_code == 503
        assert "kingfisher" not in answer.text, "a stranger learns nothing"
        assert "127.0.0.1" not in answer.text
