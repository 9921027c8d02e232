"""One batch of the group commit: read what is needed, decide, write it all in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import psycopg
from psycopg.errors import UniqueViolation
from sqlalchemy.orm import Session

from app.config import Settings
from app.core import clock, failpoints
from app.core.arrays import int_array, text_array
from app.core.errors import BankError
from app.database import driver_connection
from app.edge import errors
from app.edge.idempotency import IdempotencyKeyReused
from app.events.catalogue import TransferInitiated
from app.events.outbox import INSERT as INSERT_BUNDLES
from app.events.outbox import bundles, columns
from app.identity.errors import SessionEnded
from app.transactions.models import INITIATE_ROUTE, TransactionKind
from app.transactions.rules import ACCOUNT_COLUMNS, ACCOUNT_SOURCE, AccountFacts, refuse_transfer

ACCEPTED_STATUS = 201
CONFLICT_TRIES_MAX = 5

# All that has to be known of a batch, in one statement and as JSON: four statements in a pipeline cost the gateway more than
# PostgreSQL. LIMIT keeps the look-up of the keys inside its loop: one index probe per key, whatever the planner believes of
# the table's size (on a table it had no statistics of, it compared every key with every row).
_READ = f"""
SELECT json_build_array(
    ARRAY(SELECT json_build_array({ACCOUNT_COLUMNS}) FROM {ACCOUNT_SOURCE.format(ids="%s::bigint[]")}),
    ARRAY(SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.id = ANY(%s::bigint[]) AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp() AND u.is_active),
    ARRAY(SELECT json_build_array(w.user_id, w.key, encode(r.request_hash, 'hex'), r.status, r.body)
        FROM unnest(%s::bigint[], %s::text[]) AS w(user_id, key),
        LATERAL (SELECT request_hash, status, body FROM idempotency_records k
            WHERE k.user_id = w.user_id AND k.route = '{INITIATE_ROUTE}' AND k.key = w.key LIMIT 1) AS r),
    ARRAY(SELECT nextval('transactions_id_seq') FROM generate_series(1, %s)))::text
"""
# Keys in order, so that two gateways with the same keys wait for each other instead of deadlocking. No ON CONFLICT: a key
# that another gateway took since we looked fails the whole statement, and the batch is read and decided again.
_WRITE = f"""
WITH kept AS (
    INSERT INTO idempotency_records (user_id, route, key, request_hash, status, body, transaction_id)
    SELECT user_id, '{INITIATE_ROUTE}', key, decode(hash, 'hex'), status, body, transaction_id
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::text[], %s::bigint[])
        AS k(user_id, key, hash, status, body, transaction_id)
    ORDER BY user_id, key
), pending AS (
    INSERT INTO transactions (id, kind, src_account, dest_account, src_user_id, dest_user_id, amount_minor, currency,
        note, metadata, created_at)
    SELECT id, 'transfer', src, dest, src_user, dest_user, amount, currency, note, metadata::json, %s::timestamptz
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[],
        %s::text[]) AS t(id, src, dest, src_user, dest_user, amount, currency, note, metadata)
)
{INSERT_BUNDLES}"""


class Wanted(NamedTuple):
    """A transfer as somebody asks for it: parsed and well formed, nothing else known yet."""

    user_id: int
    session_id: int
    src_account: int
    dest_account: int
    amount_minor: int
    currency: str
    key: str
    request_hash: str  # SHA-256 of what was asked, hexadecimal
    note: str = ""
    metadata: str | None = None  # JSON text of an object, checked
    both_own: bool = False  # the asker must own the destination, too
    key_is_generated: bool = False  # then nobody can repeat it, and nothing needs to be kept
    trace: str | None = None  # the id of the request


class Answer(NamedTuple):
    """The HTTP answer to one transfer. `is_repeated`: it was given before."""

    status: int
    body: bytes
    is_repeated: bool = False
    error: BankError | None = None


class Accepted(msgspec.Struct):
    """The specified answer (S74, C11)."""

    transaction_id: int
    status: str
    created_at: datetime


class _Known(msgspec.Struct, array_like=True):
    """The answer of `_READ`."""

    accounts: list[AccountFacts]
    sessions: set[int]
    kept: list[tuple[int, str, str, int, str]]  # user, key, hash, status, body
    ids: list[int]


_decode_known = msgspec.json.Decoder(_Known).decode


class _Keep(NamedTuple):
    wanted: Wanted
    status: int
    body: bytes
    transaction_id: int | None


class _Plan(NamedTuple):
    answers: list[Answer]
    keep: list[_Keep]
    accepted: list[tuple[int, Wanted, TransferInitiated]]


class Batch:
    """Transfers that share a commit."""

    def __init__(self, wanted: list[Wanted], settings: Settings) -> None:
        self._wanted = wanted
        self._settings = settings

    async def commit(self, connection: psycopg.AsyncConnection[Any]) -> list[Answer]:
        """Return an answer per transfer, in order, once everything they say is durable.

        Raises:
            psycopg.Error: nothing was written (or, if the connection broke, repeating with the same keys is safe).
        """
        for attempt in range(CONFLICT_TRIES_MAX):
            failpoints.reach("accept.before-read")
            cursor = await connection.execute(_READ, self._question(), prepare=True)
            row = await cursor.fetchone()
            now = clock.now()
            plan = self._decide(row, now)
            if not plan.keep and not plan.accepted:
                return plan.answers
            failpoints.reach("accept.before-commit")
            try:
                await connection.execute(_WRITE, _parameters(plan, now), prepare=True)
            except UniqueViolation:
                if attempt + 1 == CONFLICT_TRIES_MAX:
                    raise
                continue
            failpoints.reach("accept.committed")
            return plan.answers
        raise AssertionError("unreachable: the last try returns or raises")

    def commit_in(self, session: Session) -> list[Answer]:
        """The same, in the session's own transaction: for standing orders, seeds and whatever else time causes."""
        connection = driver_connection(session)
        row = connection.execute(_READ, self._question()).fetchone()
        now = clock.now()
        plan = self._decide(row, now)
        if plan.keep or plan.accepted:
            connection.execute(_WRITE, _parameters(plan, now))
        return plan.answers

    def _question(self) -> tuple[object, ...]:
        keyed = [one for one in self._wanted if not one.key_is_generated]
        return (
            int_array({side for one in self._wanted for side in (one.src_account, one.dest_account)}),
            int_array({one.session_id for one in self._wanted}),
            int_array(one.user_id for one in keyed),
            text_array(one.key for one in keyed),
            len(self._wanted),
        )

    def _decide(self, row: Sequence[Any] | None, now: datetime) -> _Plan:
        assert row is not None
        known = _decode_known(row[0])
        accounts = {account.account_id: account for account in known.accounts}
        kept: dict[tuple[int, str], list[Any]] = {(user_id, key): before for user_id, key, *before in known.kept}
        plan = _Plan([], [], [])
        ids = iter(known.ids)
        for wanted in self._wanted:
            if wanted.session_id not in known.sessions:
                plan.answers.append(_refusal(SessionEnded()))
                continue
            place = (wanted.user_id, wanted.key)
            before = kept.get(place)
            if before is not None:
                plan.answers.append(_repeated(wanted, *before))
                continue
            answer = self._decide_new(wanted, accounts, next(ids), now, plan)
            plan.answers.append(answer)
            # The same key again in this very batch is a repetition of this one.
            kept[place] = [wanted.request_hash, answer.status, answer.body.decode()]
        return plan

    def _decide_new(
        self, wanted: Wanted, accounts: dict[int, AccountFacts], transaction_id: int, now: datetime, plan: _Plan
    ) -> Answer:
        source = accounts.get(wanted.src_account)
        destination = accounts.get(wanted.dest_account)
        refusal = refuse_transfer(
            asker_id=wanted.user_id,
            amount_minor=wanted.amount_minor,
            currency=wanted.currency,
            source=source,
            destination=destination,
            both_own=wanted.both_own,
            review_above_minor=self._settings.review_above_minor,
        )
        if refusal is not None:
            answer = _refusal(refusal)
            if not wanted.key_is_generated:
                plan.keep.append(_Keep(wanted, answer.status, answer.body, None))
            return answer
        assert source is not None
        assert destination is not None
        event = _initiated(wanted, transaction_id, source, destination, now)
        body = msgspec.json.encode(Accepted(transaction_id=transaction_id, status="PENDING", created_at=now))
        plan.accepted.append((transaction_id, wanted, event))
        plan.keep.append(_Keep(wanted, ACCEPTED_STATUS, body, transaction_id))
        return Answer(ACCEPTED_STATUS, body)


def _initiated(
    wanted: Wanted, transaction_id: int, source: AccountFacts, destination: AccountFacts, now: datetime
) -> TransferInitiated:
    return TransferInitiated(
        occurred_at=now,
        actor_id=wanted.user_id,
        trace=wanted.trace,
        transaction_id=transaction_id,
        kind=TransactionKind.TRANSFER.value,
        amount_minor=wanted.amount_minor,
        currency=wanted.currency,
        src_account=wanted.src_account,
        dest_account=wanted.dest_account,
        src_ledger_account=source.ledger_account_id,
        dest_ledger_account=destination.ledger_account_id,
        src_user_id=source.user_id,
        dest_user_id=destination.user_id,
        src_user_name=source.user_name,
        dest_user_name=destination.user_name,
        requested_at=now,
        note=wanted.note,
    )


def _refusal(error: BankError) -> Answer:
    return Answer(errors.status_of(error), errors.error_body(error), error=error)


def _repeated(wanted: Wanted, request_hash: str, status: int, body: str) -> Answer:
    if request_hash != wanted.request_hash:
        return _refusal(
            IdempotencyKeyReused("This idempotency key was used for another request. Use a new key for a new request.")
        )
    return Answer(status, body.encode(), is_repeated=True)


def _parameters(plan: _Plan, now: datetime) -> tuple[object, ...]:
    keep, accepted = plan.keep, plan.accepted
    return (
        int_array(one.wanted.user_id for one in keep),
        text_array(one.wanted.key for one in keep),
        text_array(one.wanted.request_hash for one in keep),
        int_array(one.status for one in keep),
        text_array(one.body.decode() for one in keep),
        text_array(str(one.transaction_id) if one.transaction_id else None for one in keep),
        now,
        int_array(transaction_id for transaction_id, _, _ in accepted),
        int_array(wanted.src_account for _, wanted, _ in accepted),
        int_array(wanted.dest_account for _, wanted, _ in accepted),
        int_array(wanted.user_id for _, wanted, _ in accepted),
        text_array(str(event.dest_user_id) for _, _, event in accepted),
        int_array(wanted.amount_minor for _, wanted, _ in accepted),
        text_array(wanted.currency for _, wanted, _ in accepted),
        text_array(wanted.note for _, wanted, _ in accepted),
        text_array(wanted.metadata for _, wanted, _ in accepted),
        *columns(bundles([event for _, _, event in accepted])),
    )
