"""What must be zero. The bank's books, events and search are held against what it promised, from outside its services."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.checks import verify
from app.consumers import consumers
from app.database import unit_of_work
from app.enquiries.drift import drift
from app.events.catalogue import MoneyMoved, MoneyRefused
from app.events.consumer import queues_for
from app.events.outbox import PLACES_PER_BUNDLE, decode
from app.identity.models import Role, User
from app.notifications import messages
from app.torture.memory import Promise
from app.torture.people import People

_KEYS_AT_ONCE: Final = 20_000
_SAMPLES_MAX: Final = 3

_PENDING = "SELECT count(*) FROM transactions WHERE status = 'PENDING'"
_ON_ITS_WAY = "SELECT (SELECT count(*) FROM outbox_unsent) + (SELECT count(*) FROM deliveries)"
# A bundle is consumed by a queue when the ranges in its inbox are as long as it is; longer would be consumed twice.
_UNCONSUMED = """
SELECT w.queue || ' has consumed ' || coalesce(sum(i.hi - i.lo), 0) || ' of ' || o.count || ' ' || o.topic || ', bundle ' || o.id
FROM unnest(CAST(:topics AS text[]), CAST(:queues AS text[])) AS w(topic, queue)
JOIN outbox o ON o.topic = w.topic LEFT JOIN inbox i ON i.queue = w.queue AND i.outbox_id = o.id
WHERE o.id > :after GROUP BY w.queue, o.id, o.topic, o.count HAVING coalesce(sum(i.hi - i.lo), 0) <> o.count
"""
_KEPT = """
SELECT w.key, r.transaction_id, t.status FROM unnest(CAST(:users AS bigint[]), CAST(:keys AS text[])) AS w(user_id, key)
LEFT JOIN idempotency_records r ON r.user_id = w.user_id AND r.key = w.key AND r.route = 'transactions.initiate'
LEFT JOIN transactions t ON t.id = r.transaction_id
"""
_STATUSES = "SELECT id, kind, status, reverses_id FROM transactions WHERE id = ANY(:ids)"
# Every transaction of this bank was asked for with a key: one for each key, and none without.
_DOUBLED = """
SELECT abs((SELECT count(*) FROM transactions WHERE kind = 'transfer')
         - (SELECT count(DISTINCT transaction_id) FROM idempotency_records WHERE route = 'transactions.initiate'))
    + (SELECT count(transaction_id) - count(DISTINCT transaction_id) FROM idempotency_records)
    + abs((SELECT count(*) FROM transactions WHERE kind IN ('deposit', 'withdrawal', 'refund'))
        - (SELECT count(*) FROM idempotency_records WHERE status = 201
           AND route IN ('transactions.deposit', 'transactions.withdraw', 'transactions.refund')))
"""
# What the bank's books sum up to must be nothing; what customers have, what they began with and what went over the counter.
_CREATED = """
SELECT abs((SELECT sum(credits_posted - debits_posted) FROM ledger_accounts))
    + abs((SELECT sum(credits_posted - debits_posted) FROM ledger_accounts WHERE kind = 'customer') - :funded
        - (SELECT coalesce(sum(CASE kind WHEN 'deposit' THEN amount_minor ELSE -amount_minor END), 0)
           FROM transactions WHERE kind IN ('deposit', 'withdrawal') AND status = 'SUCCESS'))
"""
_DRIFTED = """
WITH sides AS (
    SELECT credit_account_id AS id, amount_minor AS credit, 0 AS debit FROM movements UNION ALL
    SELECT debit_account_id, 0, amount_minor FROM movements),
derived AS (SELECT id, sum(credit) AS credit, sum(debit) AS debit FROM sides GROUP BY id)
SELECT count(*) FROM ledger_accounts a LEFT JOIN derived d USING (id)
WHERE (a.credits_posted, a.debits_posted) IS DISTINCT FROM (coalesce(d.credit, 0), coalesce(d.debit, 0))
"""
_HELD = """
SELECT (SELECT count(*) FROM holds WHERE status = 'pending')
    + (SELECT count(*) FROM ledger_accounts WHERE debits_pending <> 0 OR credits_pending <> 0)
"""
_NEW_BUNDLES = "SELECT id, topic, payload FROM outbox WHERE id > :after ORDER BY id"
_TOLD = "SELECT user_id, id FROM notifications WHERE id >= :first"
_UNSEALED = (
    "SELECT (SELECT coalesce(max(id), 0) FROM movements) - (SELECT coalesce(max(last_id), 0) FROM ledger_blocks)"
)
_FINAL = "SELECT count(*) FROM transactions WHERE status IN ('SUCCESS', 'FAILED', 'REVERSED')"
_DEAD = "SELECT count(*) FROM dead_letters WHERE status = 'waiting'"


@dataclass
class Findings:
    """What an audit found: a number per question, which must be 0, and some examples."""

    counts: Counter[str] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)

    def add(self, question: str, found: Sequence[object] | int) -> None:
        """Note the answer to a question."""
        self.counts[question] += found if isinstance(found, int) else len(found)
        if not isinstance(found, int):
            self.samples += [f"{question}: {one}" for one in found[:_SAMPLES_MAX]]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not any(self.counts.values())


class Auditor:
    """Audits one bank again and again; what it has read of the event log it doesn't read again."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._read_up_to = 0
        self._ends: Counter[int] = Counter()  # how many last words there were about a transaction

    def pending(self) -> int:
        """Return how many transactions have no outcome yet."""
        with unit_of_work() as session:
            return _number(session, _PENDING)

    def on_its_way(self) -> int:
        """Return how many bundles somebody hasn't consumed yet."""
        with unit_of_work() as session:
            return on_its_way(session, self._read_up_to)

    def unsealed(self) -> int:
        """Return how far the chain is behind the movements: it grows only if beat, broker and worker do their tasks."""
        with unit_of_work() as session:
            return unsealed(session)

    def search_differs(self, *, thorough: bool = True) -> list[str]:
        """Return how search differs from PostgreSQL, of what has been consumed: every document, or only their figures."""
        with unit_of_work() as session:
            found = drift(session, thorough=thorough)
        return [str(one) for one in found if one.state != "ok" or one.rows != one.documents]

    def audit(self, promises: Sequence[Promise]) -> Findings:
        """Hold these promises and everything else against the books of a bank that has come to rest."""
        findings = Findings()
        with unit_of_work() as session:
            self._promises(session, promises, findings)
            findings.add("duplicated", _number(session, _DOUBLED))
            findings.add("paise created", _number(session, _CREATED, funded=self._people.funded_minor))
            findings.add("accounts drifted", _number(session, _DRIFTED))
            findings.add("holds left", _number(session, _HELD))
            findings.add("events not consumed", _unconsumed(session, self._read_up_to))
            findings.add("dead letters", _number(session, _DEAD))
            self._events(session, findings)
        with unit_of_work() as session:
            findings.add("verify", [finding.text for finding in verify(session).findings])
        return findings

    def _promises(self, session: Session, promises: Sequence[Promise], findings: Findings) -> None:
        transfers = [one for one in promises if one.what == "transfer" and one.is_kept_as_done]
        for start in range(0, len(transfers), _KEYS_AT_ONCE):
            self._transfers(session, transfers[start : start + _KEYS_AT_ONCE], findings)
        others = {
            int(one.facts.get("transaction_id") or one.facts["id"]): one
            for one in promises
            if one.what != "transfer" and one.is_kept_as_done
        }
        rows = {row.id: row for row in session.execute(text(_STATUSES), {"ids": list(others)})}
        findings.add("lost", [one for number, one in others.items() if number not in rows])
        findings.add("not final", [row for row in rows.values() if row.status in ("PENDING", "UNDER_REVIEW")])
        findings.add("broken word", [one for n, one in others.items() if n in rows and not _is_kept(one, rows[n])])

    def _transfers(self, session: Session, transfers: Sequence[Promise], findings: Findings) -> None:
        asked = {
            "users": [self._people.customers[one.who].user_id for one in transfers],
            "keys": [one.key for one in transfers],
        }
        kept = {row.key: row for row in session.execute(text(_KEPT), asked)}
        findings.add("lost", [one for one in transfers if kept[one.key].status is None])
        other = [one for one in transfers if kept[one.key].transaction_id not in (None, one.facts["transaction_id"])]
        findings.add("duplicated", other)
        findings.add("not final", [row for row in kept.values() if row.status in ("PENDING", "UNDER_REVIEW")])

    def _events(self, session: Session, findings: Findings) -> None:
        """Read what is new in the event log: one last word about each transaction, and each word told to whom it concerns."""
        admins = list(session.scalars(select(User.id).where(User.role == Role.ADMIN, User.is_active)))
        first = (self._read_up_to + 1) * PLACES_PER_BUNDLE
        expected: set[tuple[int, int]] = set()
        for bundle_id, topic, payload in session.execute(text(_NEW_BUNDLES), {"after": self._read_up_to}):
            for place, event in enumerate(decode(topic, payload), bundle_id * PLACES_PER_BUNDLE):
                if isinstance(event, MoneyMoved | MoneyRefused):
                    self._ends[event.transaction_id] += 1
                if isinstance(event, messages.SPOKEN_OF):
                    expected |= {(draft.user_id, place) for draft in messages.drafts(event, admins)}
            self._read_up_to = bundle_id
        told = {(row.user_id, row.id) for row in session.execute(text(_TOLD), {"first": first})}
        findings.add("notifications missing", sorted(expected - told))
        findings.add("notifications doubled", sorted(told - expected))
        findings.add("events missing", _number(session, _FINAL) - len(self._ends))
        findings.add("events doubled", [number for number, times in self._ends.items() if times > 1])


def unsealed(session: Session) -> int:
    """Return how far the chain is behind the movements, in movements."""
    return _number(session, _UNSEALED)


def on_its_way(session: Session, after: int) -> int:
    """Return how many bundles somebody hasn't consumed yet, of those with a higher id than `after`."""
    return _number(session, _ON_ITS_WAY) or len(_unconsumed(session, after))


def _unconsumed(session: Session, after: int) -> list[str]:
    topics = [str(topic) for topic in session.scalars(text("SELECT DISTINCT topic FROM outbox"))]
    pairs = [(topic, queue) for topic in topics for queue in queues_for(topic)]
    assert pairs, f"nobody listens: {sorted(consumers())}"
    asked: dict[str, Any] = {"topics": [topic for topic, _ in pairs], "queues": [queue for _, queue in pairs]}
    return [str(line) for line in session.scalars(text(_UNCONSUMED), asked | {"after": after})]


def _is_kept(promise: Promise, row: Any) -> bool:
    """Whether a transaction is what the answer said it would be."""
    if promise.what == "review":
        return bool(row.status == ("SUCCESS" if promise.facts["action"] == "clear" else "FAILED")) or (
            row.status == "REVERSED" and promise.facts["action"] == "clear"
        )
    return bool(row.kind == promise.what)


def _number(session: Session, question: str, **parameters: Any) -> int:
    return int(session.scalar(text(question), parameters) or 0)
