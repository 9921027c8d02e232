"""Set-based settlement: a batch of groups in two round trips, however many groups it has.

Round trip 1 locks the accounts in id order and, as *later* statements (whose snapshots see what the previous lock
holder committed), looks up what is already known of the groups. `decide` is plain Python on those rows. Round trip 2
writes movements, holds and balances. The caller's transaction commits it all, with its own rows, or none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy.orm import Session

from app.core import clock, failpoints
from app.core.arrays import int_array, word_array
from app.database import PINNED_PLANS, driver_connection
from app.ledger.decide import (
    Action,
    Balances,
    Decision,
    Existing,
    Group,
    HoldChange,
    Leg,
    MovementDraft,
    Outcome,
    decide,
)

# Every writer of movements holds this lock shared until it commits; the sealer takes it exclusively for an instant, so
# that no movement with a lower id can appear behind a block that is already sealed.
SEAL_LOCK = 0x6E796F7264  # "nyord"

_BEGIN = f"SELECT {PINNED_PLANS}, pg_advisory_xact_lock_shared({SEAL_LOCK})"

# Rows in id order: two batches that share accounts queue up behind each other and can't deadlock.
_LOCK = (
    "SELECT id, kind, currency, debits_pending, debits_posted, credits_pending, credits_posted, overdraft_limit_minor, "
    "is_frozen, is_closed FROM ledger_accounts WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE"
)
_POSTED = "SELECT DISTINCT group_id FROM movements WHERE group_id = ANY(%s::bigint[])"
_HOLDS = (
    "SELECT group_id, status, debit_account_id, credit_account_id, amount_minor, currency, kind FROM holds "
    "WHERE group_id = ANY(%s::bigint[]) ORDER BY group_id, leg"
)

_INSERT_MOVEMENTS = (
    "INSERT INTO movements (group_id, leg, debit_account_id, credit_account_id, amount_minor, currency, kind, "
    "debit_balance_after, credit_balance_after, value_date, posted_at) "
    "SELECT g, l, d, c, a, cur, k, da, ca, %s::date, %s::timestamptz FROM unnest(%s::bigint[], %s::smallint[], "
    "%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::bigint[]) "
    "AS m(g, l, d, c, a, cur, k, da, ca)"
)
_UPDATE_ACCOUNTS = (
    "UPDATE ledger_accounts a SET debits_pending = v.dpe, debits_posted = v.dpo, credits_pending = v.cpe, "
    "credits_posted = v.cpo FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) "
    "AS v(id, dpe, dpo, cpe, cpo) WHERE a.id = v.id"
)
# No ON CONFLICT: if somebody else has just made this hold, our accounts must not pay for it; the batch is redone.
_INSERT_HOLDS = (
    "INSERT INTO holds (group_id, leg, debit_account_id, credit_account_id, amount_minor, currency, kind, status, "
    "created_at, expires_at, resolved_at) SELECT g, l, d, c, a, cur, k, s, %s::timestamptz, %s::timestamptz, "
    "CASE WHEN s <> 'pending' THEN %s::timestamptz END FROM unnest(%s::bigint[], %s::smallint[], %s::bigint[], "
    "%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[]) AS h(g, l, d, c, a, cur, k, s)"
)
_RESOLVE_HOLDS = (
    "UPDATE holds h SET status = v.s, resolved_at = %s::timestamptz "
    "FROM unnest(%s::bigint[], %s::smallint[], %s::text[]) AS v(g, l, s) WHERE h.group_id = v.g AND h.leg = v.l"
)

HOLD_DAYS_DEFAULT = 7


def settle(
    session: Session,
    batch: Sequence[Group],
    *,
    value_date: date | None = None,
    hold_expires_at: datetime | None = None,
) -> list[Outcome]:
    """Settle a batch in the session's transaction and return what became of each group, in order of arrival.

    A refusal or a duplicate is an outcome, not an error. Call it once per transaction: the accounts stay locked until
    it ends, and a second call could lock out of order.

    Args:
        batch: groups in order of arrival; sizes of 100 to 500 are the fastest per group.
        value_date: the day the movements count from; by default today in India.
        hold_expires_at: when new holds give their money back; by default in a week.
    """
    if not batch:
        return []
    connection = driver_connection(session)
    resolving = [group.id for group in batch if group.action not in (Action.POST, Action.HOLD)]
    resolved_legs = _hold_legs(connection, resolving) if resolving else ()
    failpoints.reach("settle.before-lock")
    accounts, existing = _lock_and_look(connection, batch, resolved_legs)
    failpoints.reach("settle.locked")
    decision = decide(batch, accounts, existing)
    if decision.touched:
        now = clock.now()
        with connection.pipeline():
            if decision.movements:
                _write_movements(connection, decision.movements, value_date or clock.business_date(now), now)
            if decision.holds:
                expires_at = hold_expires_at or now + timedelta(days=HOLD_DAYS_DEFAULT)
                _write_holds(connection, decision.holds, existing, now, expires_at)
            _write_balances(connection, decision, accounts)
        failpoints.reach("settle.written")
    return decision.outcomes


def _hold_legs(connection: psycopg.Connection[Any], group_ids: Sequence[int]) -> list[Leg]:
    """Return the legs of the holds to be resolved, so that their accounts are locked too (legs never change)."""
    rows = connection.execute(_HOLDS, (int_array(group_ids),), prepare=True).fetchall()
    return [Leg(*row[2:]) for row in rows]


def _lock_and_look(
    connection: psycopg.Connection[Any], batch: Sequence[Group], resolved_legs: Iterable[Leg]
) -> tuple[dict[int, Balances], dict[int, Existing]]:
    account_ids = {side for group in batch for leg in group.legs for side in (leg.debit, leg.credit)}
    account_ids.update(side for leg in resolved_legs for side in (leg.debit, leg.credit))
    group_ids = int_array({group.id for group in batch})
    with connection.pipeline():
        connection.execute(_BEGIN, prepare=True)
        locked = connection.execute(_LOCK, (int_array(sorted(account_ids)),), prepare=True)
        # Only now: a snapshot taken with the lock would be older than the commit we waited for.
        posted = connection.execute(_POSTED, (group_ids,), prepare=True)
        holds = connection.execute(_HOLDS, (group_ids,), prepare=True)
    accounts = {row[0]: Balances(*row) for row in locked.fetchall()}
    existing = {row[0]: Existing(posted=True) for row in posted.fetchall()}
    for group_id, status, *leg in holds.fetchall():
        before = existing.get(group_id, Existing(posted=False))
        existing[group_id] = Existing(before.posted, status, (*before.hold_legs, Leg(*leg)))
    return accounts, existing


def _write_movements(
    connection: psycopg.Connection[Any], movements: Sequence[MovementDraft], value_date: date, now: datetime
) -> None:
    legs = [movement.leg for movement in movements]
    parameters = (
        value_date,
        now,
        int_array(movement.group_id for movement in movements),
        int_array(movement.leg_number for movement in movements),
        *_leg_arrays(legs),
        int_array(movement.debit_balance_after for movement in movements),
        int_array(movement.credit_balance_after for movement in movements),
    )
    connection.execute(_INSERT_MOVEMENTS, parameters, prepare=True)


def _write_holds(
    connection: psycopg.Connection[Any],
    holds: Sequence[HoldChange],
    existing: Mapping[int, Existing],
    now: datetime,
    expires_at: datetime,
) -> None:
    # Held and resolved in one batch: the last word counts.
    final = {(hold.group_id, hold.leg_number): hold for hold in holds}.values()
    new = [hold for hold in final if hold.group_id not in existing]
    resolved = [hold for hold in final if hold.group_id in existing]
    if new:
        parameters = (now, expires_at, now, *_hold_keys(new), *_leg_arrays([hold.leg for hold in new]), _statuses(new))
        connection.execute(_INSERT_HOLDS, parameters, prepare=True)
    if resolved:
        connection.execute(_RESOLVE_HOLDS, (now, *_hold_keys(resolved), _statuses(resolved)), prepare=True)


def _hold_keys(holds: Sequence[HoldChange]) -> tuple[str, str]:
    return int_array(hold.group_id for hold in holds), int_array(hold.leg_number for hold in holds)


def _statuses(holds: Sequence[HoldChange]) -> str:
    return word_array(hold.status for hold in holds)


def _write_balances(connection: psycopg.Connection[Any], decision: Decision, accounts: dict[int, Balances]) -> None:
    touched = [accounts[account_id] for account_id in sorted(decision.touched)]
    parameters = (
        int_array(account.id for account in touched),
        int_array(account.debits_pending for account in touched),
        int_array(account.debits_posted for account in touched),
        int_array(account.credits_pending for account in touched),
        int_array(account.credits_posted for account in touched),
    )
    connection.execute(_UPDATE_ACCOUNTS, parameters, prepare=True)


def _leg_arrays(legs: Sequence[Leg]) -> tuple[str, str, str, str, str]:
    return (
        int_array(leg.debit for leg in legs),
        int_array(leg.credit for leg in legs),
        int_array(leg.amount_minor for leg in legs),
        word_array(leg.currency for leg in legs),
        word_array(leg.kind for leg in legs),
    )
