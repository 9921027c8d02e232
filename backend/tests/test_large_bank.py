"""Guarantee: however large its tables are, the bank reads few rows for an answer: those it shows, or a number that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import config
from app.accounts import service as accounts
from app.accounts.models import AccountStatus
from app.audit import service as audit
from app.audit.service import AuditFilter
from app.core import clock
from app.database import forget_engine, new_session
from app.embedded.postgres import EmbeddedPostgres
from app.enquiries import drift, fallback
from app.enquiries.sources import SOURCES
from app.enquiries.wanted import Order, Wanted
from app.events import forgetting
from app.identity import sessions, staff
from app.identity.staff import UserFilter
from app.ledger import chain
from app.notifications import service as notifications
from app.transactions import own, queries
from app.transactions.models import TransactionKind, TransactionStatus
from app.transactions.own import OwnFilters
from app.transactions.queries import Filters
from tests.conftest import fresh_databases, point_at

USERS, TRANSACTIONS, NOTIFICATIONS = 8_000, 40_000, 30_000
SHOP, RARE = 1, 7  # a side of every second transaction, the newest among them; a side of a few of the oldest
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=10)  # between a transaction and the next
ROWS_MAX = 2_500  # the smallest of the tables has three times as many

_AT = f"'{BEGAN.isoformat()}'::timestamptz + n * interval '10 minutes'"
_MAKE = (
    "SET session_replication_role = replica",
    f"""INSERT INTO users (id, username, email, full_name, hashed_password, role, kyc_approved, created_at)
        OVERRIDING SYSTEM VALUE SELECT n, left(md5('u' || n), 12), left(md5('e' || n), 12) || '@example.com',
            'Asha ' || left(md5('n' || n), 12), '!',
        CASE n WHEN 4000 THEN 'admin' ELSE 'customer' END, true, {_AT} FROM generate_series(1, {USERS}) n""",
    f"""INSERT INTO ledger_accounts (id, kind, currency) OVERRIDING SYSTEM VALUE
        SELECT n, 'customer', 'INR' FROM generate_series(1, {USERS}) n""",
    f"""INSERT INTO accounts (id, account_number, account_type, user_id, ledger_account_id, status)
        OVERRIDING SYSTEM VALUE SELECT n, 'ACCT' || 10000000 + n * 9973 % 89999999, 'savings', n, n,
        CASE n WHEN 5 THEN 'pending' ELSE 'approved' END FROM generate_series(1, {USERS}) n""",
    f"""INSERT INTO transactions
            (id, kind, src_account, dest_account, src_user_id, dest_user_id, amount_minor, status, created_at)
        SELECT n, 'transfer', payer, payee, payer, payee, n, 'SUCCESS', {_AT}
        FROM (SELECT n, CASE WHEN n <= 5 THEN {RARE} WHEN n % 2 = 0 THEN {SHOP} ELSE 10 + n % 3000 END AS payer,
                     4000 + n % 3000 AS payee FROM generate_series(1, {TRANSACTIONS}) n) made""",
    """INSERT INTO movements (group_id, leg, debit_account_id, credit_account_id, amount_minor, currency, kind, value_date,
                               posted_at, debit_balance_after, credit_balance_after)
        SELECT id, 0, src_account, dest_account, amount_minor, 'INR', kind, created_at::date, created_at, -id, id
        FROM transactions ORDER BY id""",
    f"""INSERT INTO notifications (user_id, id, type, related_id, sentence, facts, created_at, read_at)
        SELECT {SHOP}, n, 'transfer.sent', n, 'transfer.sent', '{{}}', now(), CASE WHEN n > 10 THEN now() END
        FROM generate_series(1, {NOTIFICATIONS}) n""",
    f"""INSERT INTO outbox (id, topic, version, recorded_at, count, payload) OVERRIDING SYSTEM VALUE
        SELECT n, 'transfer.completed', 1, {_AT}, 1, '[]' FROM generate_series(1, {TRANSACTIONS}) n""",
    f"""INSERT INTO inbox (queue, outbox_id, lo, hi, handled_at)
        SELECT queue, n, 0, 1, {_AT} FROM generate_series(30001, {TRANSACTIONS}) n, unnest('{{a,b}}'::text[]) queue""",
    f"""INSERT INTO audit_log (at, action, subject_type, subject_id, data)
        SELECT {_AT}, CASE n WHEN 9 THEN 'user.changed' ELSE 'user.logged_in' END, 'user', 1, '{{}}'
        FROM generate_series(1, {TRANSACTIONS}) n""",
    f"""INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at) OVERRIDING SYSTEM VALUE
        SELECT n, 1 + n % 99, {_AT}, now(), {_AT} FROM generate_series(1, {TRANSACTIONS}) n""",
    "INSERT INTO refresh_tokens (token_hash, session_id, created_at) "
    "SELECT sha256(id::text::bytea), id, created_at FROM sessions WHERE id > 10000",
    "SET session_replication_role = origin",
    "ANALYZE",
)


NUMBER = str(10_000_000 + 7999 * 9973 % 89_999_999)


def _name(of: str) -> str:
    """The username (u), address (e) or second name (n) of user 7999."""
    return md5(f"{of}7999".encode(), usedforsecurity=False).hexdigest()[:12]


def at(transaction: int) -> datetime:
    """When a transaction (or a bundle, an entry, a session) of this number was made."""
    return BEGAN + transaction * STEP


@pytest.fixture(scope="module")
def large_bank(server: EmbeddedPostgres, template: str) -> Iterator[str]:
    """The database of a bank in which tables have ten thousands of rows, and know it."""
    with fresh_databases(server, template) as make:
        database = make()
        with psycopg.connect(database, autocommit=True) as connection:
            for statement in _MAKE:
                connection.execute(statement)
        yield database


@pytest.fixture
def session(large_bank: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session of the large bank; nothing that a test does to it stays."""
    point_at(monkeypatch, large_bank)
    with new_session() as session:
        yield session
        session.rollback()
    forget_engine()
    config.get_settings.cache_clear()


def rows_read(session: Session, ask: Callable[[Session], Any]) -> tuple[int, Any]:
    """Return how many rows PostgreSQL read from tables for an answer (those that an index alone told aside), and the answer."""
    counted = text("SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint FROM pg_stat_xact_user_tables")
    session.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))  # whose rows would be counted elsewhere
    before = session.scalar(counted)
    answer = ask(session)
    return session.scalar(counted) - before, answer  # type: ignore[operator]


def _staff(**filters: Any) -> Callable[[Session], Any]:
    return lambda session: [
        row.Transaction.id for row in queries.for_staff(session, Filters(**filters), after_id=None, limit=50)
    ]


def _own(user_id: int, **filters: Any) -> Callable[[Session], Any]:
    return lambda session: [
        row.Transaction.id for row in own.page(session, user_id, OwnFilters(**filters), after_id=None, limit=20)
    ]


def _degraded(**wanted: Any) -> Callable[[Session], Any]:
    return lambda session: [row.Transaction.id for row in fallback.transactions(session, Wanted(limit=3, **wanted))]


def _users(**wanted: Any) -> Callable[[Session], Any]:
    return lambda session: [
        user.id for user in staff.list_users(session, wanted=UserFilter(**wanted), after_id=None, limit=50)
    ]


def _accounts(**wanted: Any) -> Callable[[Session], Any]:
    return lambda session: [
        row.Account.id for row in accounts.for_staff(session, accounts.Filters(**wanted), after_id=None, limit=50)
    ]


def _trail(**wanted: Any) -> Callable[[Session], Any]:
    return lambda session: [row.AuditEntry.id for row in audit.trail(session, wanted=AuditFilter(**wanted), limit=50)]


REVIEW, PENDING = TransactionStatus.UNDER_REVIEW, TransactionStatus.PENDING
QUESTIONS: dict[str, tuple[Callable[[Session], Any], Any]] = {
    # staff's list of transactions
    "a customer of long ago": (_staff(user_id=RARE), [5, 4, 3, 2, 1]),
    "an account of long ago": (_staff(account_id=RARE), [5, 4, 3, 2, 1]),
    "between two": (_staff(user_id=4001, account_id=RARE), [1]),
    "a kind that there is not": (_staff(kind="refund"), []),
    "under review": (_staff(status=REVIEW), []),
    "reversed": (_staff(status=TransactionStatus.REVERSED), []),
    # a customer's own
    "the shop's pending ones": (_own(SHOP, status=PENDING), []),
    "the shop's under review": (_own(SHOP, status=REVIEW), []),
    "the shop's reversed ones": (_own(SHOP, status=TransactionStatus.REVERSED), []),
    # search answered by PostgreSQL
    "the largest": (_degraded(order=Order.LARGEST), [40_000, 39_999, 39_998, 39_997]),
    "the shop's smallest": (_degraded(order=Order.SMALLEST, seen_by=SHOP), [39_002, 39_004, 39_006, 39_008]),
    "amounts that there are not": (_degraded(amount_minor_min=10**9), []),
    "search in an account": (_degraded(account_id=RARE), [5, 4, 3, 2]),
    "search for deposits": (_degraded(kinds=(TransactionKind.DEPOSIT,)), []),
    "search for reviews": (_degraded(statuses=(REVIEW,)), []),
    # people and accounts
    "whom one pays": (
        lambda session: [one.id for one in staff.search_people(session, asker_id=1, text=f"Asha {_name('n')[:6]}")],
        [7999],
    ),
    "staff": (_users(role="admin"), [4000]),
    "a part of an address": (_users(text=_name("e")[2:10]), [7999]),
    "accounts that wait": (_accounts(status=AccountStatus.PENDING), [5]),
    "a part of a number": (_accounts(text=NUMBER), [7999]),
    "a part of an owner's name": (_accounts(text=_name("n")[2:10]), [7999]),
    # what happened
    "a rare act": (_trail(action="user.changed"), [9]),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _smaller_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what is bounded by a number is far below the tables."""
    monkeypatch.setattr(own, "PENDING_AMONG_MAX", 200)
    monkeypatch.setattr(fallback, "LOOKED_AT_MAX", 500)
    monkeypatch.setattr(notifications, "COUNTED_MAX", 500)


class TestFewRowsAreRead:
    """S212: what is asked for is found among millions without reading them."""

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_for_an_answer(self, session: Session, question: str) -> None:
        ask, expected = QUESTIONS[question]
        read, answer = rows_read(session, ask)
        assert answer == expected
        assert read < ROWS_MAX

    def test_a_search_is_cut_off_once_for_both_sides(self, session: Session) -> None:
        """Else the few that came in would stand right behind the newest that went out, and the next page begin behind them."""
        session.execute(text(f"UPDATE transactions SET dest_user_id = {SHOP}, dest_account = {SHOP} WHERE id <= 3"))
        found = fallback.transactions(session, Wanted(limit=1_000, seen_by=SHOP))
        assert [row.Transaction.id for row in found] == list(range(40_000, 39_000, -2))

    def test_whole_tables_are_more(self, session: Session) -> None:
        """So the test above can fail."""
        for table in ("users", "accounts", "transactions", "movements", "audit_log", "outbox"):
            read, _ = rows_read(session, lambda session, table=table: session.execute(text(f"TABLE {table}")))  # type: ignore[misc]
            assert read > 3 * ROWS_MAX, table

    def test_for_the_badge_and_what_is_unread(self, session: Session) -> None:
        read, stats = rows_read(session, lambda session: notifications.stats(session, owner=SHOP))
        assert (read <= 500, stats) == (True, (0, 500)), "the ten that are unread are the oldest of thirty thousand"
        read, found = rows_read(
            session, lambda session: notifications.page(session, owner=SHOP, unread_only=True, limit=20)
        )
        assert (read < ROWS_MAX, found) == (True, [])


class TestSweeping:
    """What is swept costs what is forgotten, not what is kept."""

    def test_the_inbox(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        read, forgotten = rows_read(session, lambda session: forgetting.forget_handled(session, before=at(30_001)))
        assert (read < ROWS_MAX, forgotten) == (True, 0)
        monkeypatch.setattr(forgetting, "FORGOTTEN_MAX", 7)
        assert forgetting.forget_handled(session, before=at(30_101)) == 7, "and the next sweep goes on"
        monkeypatch.setattr(forgetting, "FORGOTTEN_MAX", 100_000)
        assert forgetting.forget_handled(session, before=at(30_101)) == 2 * 100 - 7

    def test_tokens(self, session: Session) -> None:
        with clock.at(at(10_101) + timedelta(days=sessions.KEPT_DAYS)):
            read, forgotten = rows_read(session, sessions.forget_old)
        assert (read < ROWS_MAX, forgotten) == (True, 100)


class TestWalks:
    """What looks at everything does it piece by piece."""

    def test_the_comparison_with_search_takes_turns(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(drift, "_turns", {})
        source = SOURCES["transactions"]
        ranges = list(drift._ranges(source, 10 * source.range_ids))
        assert len(ranges) == 11
        seen = [drift._in_turn(source, ranges, 4) for _ in range(4)]
        assert all(turn[-1] == ranges[-1] and len(turn) == 4 for turn in seen), "the newest is always among them"
        assert {one for turn in seen for one in turn} == set(ranges), "and all of them are in the end"
        assert drift._in_turn(source, ranges, None) == ranges

    def test_the_chain_of_blocks_is_walked_by_cursor(self, session: Session) -> None:
        session.execute(
            text(
                "INSERT INTO ledger_blocks (id, first_id, last_id, count, previous_hash, hash, marks) "
                "SELECT n, n, n, 1, '', '', '' FROM generate_series(2, 9) n"
            )
        )
        found = chain.discrepancies(session)
        next(found)
        assert session.scalar(text("SELECT count(*) FROM pg_cursors")) == 1
