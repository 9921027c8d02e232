"""The seal: committed movements are chained into hash-linked blocks, so that nobody can change the past unnoticed.

Anybody can recompute a block with nothing but SELECT and SHA-256. In id order, a movement is the line

    id|group_id|leg|debit_account_id|credit_account_id|amount_minor|currency|kind|value_date|posted_at|
    debit_balance_after|credit_balance_after

(one line, no spaces) with `value_date` in days and `posted_at` in microseconds since 1970-01-01 UTC. A block is a
header line, `id|first_id|last_id|count|sealed_at` (microseconds), and its movements' lines, all joined by newlines:

    hash = SHA-256(hash of the block before (32 zero bytes before the first), then that text in UTF-8)

`marks` is a courtesy for whoever has to find the changed row: 12 bytes for each movement, its id (8 bytes, big-endian)
and the first 4 bytes of the SHA-256 of its line. It isn't part of the hash.
"""

from __future__ import annotations

from typing import NamedTuple

import structlog
from psycopg.errors import LockNotAvailable
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.ledger.engine import SEAL_LOCK
from app.ledger.models import Block, Movement

log = structlog.get_logger("ledger.seal")

BLOCK_MOVEMENTS_MAX = 10_000  # a block is hashed in memory: about one megabyte
BLOCKS_PER_RUN_MAX = 200  # after a long pause the next runs take the rest
FIRST_PREVIOUS_HASH = bytes(32)

# One sealer at a time, whoever comes second has nothing to do.
_SEALER_LOCK = SEAL_LOCK + 1
# While we wait for the writers in flight, new ones queue up behind us; so behind a long one we give up and come back.
_LOCK_WAIT_MILLISECONDS_MAX = 500

MOVEMENT_LINE = (
    "concat_ws('|', m.id, m.group_id, m.leg, m.debit_account_id, m.credit_account_id, m.amount_minor, m.currency, "
    # Plain numerics: a tampered `infinity` comes out as a word and a wrong hash, where a cast to BIGINT would fail.
    "m.kind, trunc(extract(epoch FROM m.value_date) / 86400), trunc(extract(epoch FROM m.posted_at) * 1000000), "
    "m.debit_balance_after, m.credit_balance_after)"
)
MOVEMENT_MARK = "int8send(id) || substr(sha256(convert_to(line, 'UTF8')), 1, 4)"
BLOCK_HASH = (
    "sha256({b}.previous_hash || convert_to(concat_ws('|', {b}.id, {b}.first_id, {b}.last_id, {b}.count, "
    "trunc(extract(epoch FROM {b}.sealed_at) * 1000000)) || E'\\n' || {lines}, 'UTF8'))"
)

_NEXT_BLOCK = text(
    f"""
    WITH block AS (
        SELECT CAST(:id AS bigint) AS id, min(id) AS first_id, max(id) AS last_id, count(*) AS count,
               CAST(:previous_hash AS bytea) AS previous_hash, clock_timestamp() AS sealed_at,
               string_agg(line, E'\\n' ORDER BY id) AS lines,
               string_agg({MOVEMENT_MARK}, ''::bytea ORDER BY id) AS marks
        FROM (
            SELECT m.id, {MOVEMENT_LINE} AS line FROM movements m
            WHERE m.id > :after AND m.id <= :up_to ORDER BY m.id LIMIT {BLOCK_MOVEMENTS_MAX}
        ) AS sealed
        HAVING count(*) > 0
    )
    INSERT INTO ledger_blocks (id, first_id, last_id, count, previous_hash, hash, marks, sealed_at)
    SELECT id, first_id, last_id, count, previous_hash, {BLOCK_HASH.format(b="block", lines="lines")}, marks, sealed_at
    FROM block
    RETURNING id, last_id, hash
    """
)


class Head(NamedTuple):
    """The newest block: its number, the last movement that it covers, its hash."""

    id: int
    last_id: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.id}:{self.hash.hex()}"


def seal(session: Session) -> int | None:
    """Chain the movements committed since the last time; return the newest block's number, None if nothing was new.

    Safe at any time and from several places at once: the second sealer leaves the work to the first. Each new head is
    logged, so that a copy of it exists outside of the database.
    """
    if not session.scalar(select(func.pg_try_advisory_xact_lock(_SEALER_LOCK))):
        return None
    up_to = _complete_up_to(session)
    before = head(session) or Head(0, 0, FIRST_PREVIOUS_HASH)
    newest = before
    while up_to is not None and newest.last_id < up_to and newest.id < before.id + BLOCKS_PER_RUN_MAX:
        row = session.execute(
            _NEXT_BLOCK,
            {"id": newest.id + 1, "previous_hash": newest.hash, "after": newest.last_id, "up_to": up_to},
        ).one_or_none()
        if row is None:
            break
        newest = Head(*row)
    if newest == before:
        return None
    log.info("movements sealed", head=str(newest), last_movement=newest.last_id)
    return newest.id


def head(session: Session) -> Head | None:
    """Return the newest block, None before the first."""
    row = session.execute(select(Block.id, Block.last_id, Block.hash).order_by(Block.id.desc()).limit(1)).one_or_none()
    return None if row is None else Head(*row)


def _complete_up_to(session: Session) -> int | None:
    """Return the highest movement id below which none can appear any more; None if that can't be known right now.

    Ids are handed out before their transactions commit, so `max(id)` alone may skip a lower one that is on its way.
    Writers hold SEAL_LOCK shared until they have committed: once we have it exclusively, all lower ids are there or
    never will be. Rolling back to the savepoint lets go of the lock at once; hashing goes on without it.
    """
    savepoint = session.begin_nested()
    try:
        session.execute(text(f"SET LOCAL lock_timeout = {_LOCK_WAIT_MILLISECONDS_MAX}"))
        session.execute(select(func.pg_advisory_xact_lock(SEAL_LOCK)))
        isolation = session.scalar(text("SHOW transaction_isolation"))
        assert isolation == "read committed", "an older snapshot wouldn't see what the lock waited for"
        newest: int | None = session.scalar(select(func.max(Movement.id)))
        return newest
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        log.info("a long transaction is writing movements; they are sealed next time")
        return None
    finally:
        savepoint.rollback()
