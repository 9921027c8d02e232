"""The schema is what the migrations make of an empty database, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import unit_of_work
from app.events.consumer import Envelope
from app.models import Base
from app.notifications.consumers import notify
from tests.conftest import BACKEND, point_at
from tests.money import transfer_completed
from tests.waiting import wait_for_a_waiter

TOLD = "(user_id, id, type, related_id, title, message, created_at)"
WORDED = "(user_id, id, type, related_id, title, message, created_at, sentence, facts)"
OF_A_TRANSFER = "'transfer.sent', 41, 'Money sent', 'You sent ₹1.00.', now()"
OURS = "VALUES ('q', 't', 'e', 6, 7, 3)"


@pytest.fixture
def alembic(fresh_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Config:
    """Alembic on a database of its own at the newest revision, with the app pointed at it, too."""
    point_at(monkeypatch, fresh_database())
    return Config(BACKEND / "alembic.ini")


class TestMigrations:
    """S3.10, S40: Alembic makes every table; S7, S8: one Base, one list of models."""

    def test_upgrade_from_empty_leaves_nothing_for_autogenerate(self, database: str) -> None:
        command.check(Config(BACKEND / "alembic.ini"))  # raises if a model and its table differ

    def test_every_model_has_its_table(self, session: Session) -> None:
        tables = set(inspect(session.connection()).get_table_names())
        assert set(Base.metadata.tables) == tables - {"alembic_version"}


class TestForeignDeadLetters:
    """Revision 0002: a dead letter may hold a foreign message; those that hold a bundle stay as they are."""

    def test_on_data(self, alembic: Config) -> None:
        command.downgrade(alembic, "0001")
        with unit_of_work() as session:
            session.execute(
                text(f"INSERT INTO dead_letters (queue, topic, error, attempts, outbox_id, position) {OURS}")
            )
        command.upgrade(alembic, "head")
        with unit_of_work() as session:
            row = session.execute(text("SELECT queue, outbox_id, position, message FROM dead_letters")).one()
            assert tuple(row) == ("q", 7, 3, None)
            session.execute(
                text("INSERT INTO dead_letters (queue, topic, error, attempts, message) VALUES ('q','t','e',1,'m')")
            )
        for impossible in ("(queue, topic, error, attempts) VALUES ('q','t','e',1)",
                           "(queue, topic, error, attempts, outbox_id, message) VALUES ('q','t','e',1,7,'m')"):  # fmt: skip
            with pytest.raises(IntegrityError), unit_of_work() as session:
                session.execute(text(f"INSERT INTO dead_letters {impossible}"))


class TestShardPlans:
    """Revision 0003: a bank that was never split has no plan, and keeps its events through the change and back."""

    def test_on_data(self, alembic: Config) -> None:
        command.downgrade(alembic, "0002")
        with unit_of_work() as session:
            session.execute(text("INSERT INTO outbox (topic, version, count, payload) VALUES ('t', 1, 1, '[]')"))
        command.upgrade(alembic, "0003")
        with unit_of_work() as session:
            assert session.execute(
                text("SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM shard_plans)")
            ).one() == (1, 0)
            session.execute(text("INSERT INTO shard_plans VALUES (7, 4)"))
        with pytest.raises(IntegrityError), unit_of_work() as session:
            session.execute(text("INSERT INTO shard_plans VALUES (8, 0)"))


class TestNoticesInAnyLanguage:
    """Revision 0004: what was told before keeps its English; what is told from now on has a sentence and its facts."""

    def test_on_data(self, alembic: Config) -> None:
        command.downgrade(alembic, "0003")
        with unit_of_work() as session:
            session.execute(text(f"INSERT INTO notifications {TOLD} VALUES (7, 1, {OF_A_TRANSFER})"))
        command.upgrade(alembic, "0004")
        with unit_of_work() as session:
            assert session.execute(text("SELECT title, message, sentence, facts FROM notifications")).one() == (
                "Money sent", "You sent ₹1.00.", None, None,
            )  # fmt: skip
            session.execute(
                text(f"INSERT INTO notifications {WORDED} VALUES (7, 2, {OF_A_TRANSFER}, 'transfer.sent', '{{}}')")
            )
        command.downgrade(alembic, "0003")
        with unit_of_work() as session:
            assert session.scalars(text("SELECT title FROM notifications WHERE id = 1")).all() == ["Money sent"]
            session.execute(text(f"INSERT INTO notifications {TOLD} VALUES (7, 3, {OF_A_TRANSFER})"))


class TestNoticesWordedWhenRead:
    """Revision 0005: what was told before keeps its words; back again, what has none gets its sentence and facts as words."""

    def test_on_data(self, alembic: Config) -> None:
        command.downgrade(alembic, "0004")
        with unit_of_work() as session:
            session.execute(text(f"INSERT INTO notifications {TOLD} VALUES (7, 1, {OF_A_TRANSFER})"))
        command.upgrade(alembic, "0005")
        with unit_of_work() as session:
            notify(session, [Envelope(transfer_completed(), 2)])
        rows = text("SELECT id, title, message, sentence FROM notifications WHERE user_id = 7 ORDER BY id")
        before = (1, "Money sent", "You sent ₹1.00.", None)
        with unit_of_work() as session:
            assert session.execute(rows).all() == [before, (2, "", "", "transfer.sent")]
            both = session.scalars(text("SELECT sentence FROM notifications WHERE id = 2 ORDER BY user_id")).all()
            assert both == ["transfer.sent", "transfer.received"]
        command.downgrade(alembic, "0004")
        with unit_of_work() as session:
            old, new = session.execute(rows).all()
        assert (old, new.title) == (before, "transfer.sent")
        assert json.loads(new.message)["amount_minor"] == 150_00


class TestFoundInALargeBank:
    """Revision 0006: its indexes are built beside a working bank, once, by whichever start comes first."""

    VALID = text(
        "SELECT count(*) FROM pg_index WHERE indexrelid::regclass::text = 'ix_audit_log_action' AND indisvalid"
    )
    STARTS = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND query ~ 'INDEX CONCURRENTLY|advisory_lock'"
    )

    def starts(self) -> int:
        with unit_of_work() as looking:  # each time another: within a transaction the view doesn't change
            return looking.scalar(self.STARTS) or 0

    def test_one_that_was_interrupted_is_made_anew(self, alembic: Config) -> None:
        command.downgrade(alembic, "0005")
        with unit_of_work() as session:
            session.execute(text("CREATE INDEX ix_users_parts ON users (id)"))
        command.upgrade(alembic, "head")
        command.check(alembic)

    def test_writers_go_on_and_a_second_start_waits(self, alembic: Config) -> None:
        """Who has written keeps the builder waiting. Others write meanwhile, and another start begins nothing of its own."""
        command.downgrade(alembic, "0005")
        line = [sys.executable, "-m", "alembic", "upgrade", "head"]
        write = text(
            "INSERT INTO audit_log (at, action, subject_type, subject_id, data) VALUES (now(), 'a', 'user', 1, '{}')"
        )
        with unit_of_work() as first:
            first.execute(write)
            starts = [subprocess.Popen(line, cwd=BACKEND)]
            wait_for_a_waiter()
            starts.append(subprocess.Popen(line, cwd=BACKEND))
            while self.starts() < 2:
                assert starts[1].poll() is None
            with unit_of_work() as second:
                second.execute(text("SET LOCAL lock_timeout = '5s'"))
                second.execute(write)
            with pytest.raises(subprocess.TimeoutExpired):
                starts[1].wait(1)
        assert [start.wait(60) for start in starts] == [0, 0]
        with unit_of_work() as session:
            assert session.scalar(self.VALID) == 1
