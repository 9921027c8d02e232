"""A ledger of any size in seconds, written past the engine: to measure with, and for nothing else."""

from __future__ import annotations

import psycopg

# Everybody is given ten million rupees, then transfers go round: nobody is ever short.
_STEPS = """
    CREATE TEMP TABLE steps AS
    SELECT n AS id, 1 AS debit, n + 1 AS credit, 1000000000 AS amount
    FROM generate_series(1, {accounts}::bigint) AS n
    UNION ALL
    SELECT n, 2 + n * 7919 % {accounts}, 2 + (n * 7919 + 1 + n % ({accounts} - 1)) % {accounts}, 1 + n * 31 % 5000
    FROM generate_series({accounts} + 1, {movements}::bigint) AS n
"""
_SIDES = """
    CREATE TEMP TABLE sides AS
    SELECT id, change > 0 AS is_credit, account, change, sum(change::int) OVER (PARTITION BY account ORDER BY id) AS balance
    FROM (SELECT id, debit AS account, -amount AS change FROM steps UNION ALL SELECT id, credit, amount FROM steps) AS s
"""
_MOVEMENTS = """
    INSERT INTO movements (id, group_id, leg, debit_account_id, credit_account_id, amount_minor, currency, kind,
                           value_date, posted_at, debit_balance_after, credit_balance_after) OVERRIDING SYSTEM VALUE
    SELECT s.id, s.id, 0, s.debit, s.credit, s.amount, 'INR', 'transfer', DATE '2026-01-01' + (s.id / 10000)::int,
           TIMESTAMPTZ '2026-01-01' + s.id * interval '1 second', d.balance, c.balance
    FROM steps s
    JOIN sides d ON d.id = s.id AND NOT d.is_credit JOIN sides c ON c.id = s.id AND c.is_credit
    ORDER BY s.id
"""
_POSTED = """
    UPDATE ledger_accounts a SET debits_posted = t.debits, credits_posted = t.credits
    FROM (
        SELECT account, -sum(least(change, 0)) AS debits, sum(greatest(change, 0)) AS credits
        FROM sides GROUP BY account
    ) AS t WHERE a.id = t.account
"""
_HOLDS = """
    INSERT INTO holds (group_id, leg, debit_account_id, credit_account_id, amount_minor, currency, kind, status,
                       created_at, expires_at)
    SELECT {movements} + n, 0, 2 + n % {accounts}, 2 + (n + 1) % {accounts}, 5, 'INR', 'transfer', 'pending',
           now(), now()
    FROM generate_series(1, {holds}) AS n
"""
_RESERVED = """
    UPDATE ledger_accounts a SET debits_pending = t.debits, credits_pending = t.credits
    FROM (
        SELECT account, sum(debit) AS debits, sum(credit) AS credits
        FROM (SELECT debit_account_id AS account, amount_minor AS debit, 0 AS credit FROM holds
              UNION ALL SELECT credit_account_id, 0, amount_minor FROM holds) AS h
        GROUP BY account
    ) AS t WHERE a.id = t.account
"""


def fill(database: str, *, accounts: int, movements: int, holds: int) -> None:
    """Fill an empty ledger: `movements` between `accounts` customers, and `holds` that are pending. It verifies."""
    sizes = {"accounts": accounts, "movements": movements, "holds": holds}
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET work_mem = '256MB'")
        connection.execute("SET session_replication_role = replica")  # without two million looks for an account
        connection.execute("INSERT INTO ledger_accounts (kind, currency) VALUES ('opening', 'INR')")
        connection.execute(
            "INSERT INTO ledger_accounts (kind, currency) SELECT 'customer', 'INR' FROM generate_series(1, %s)",
            (accounts,),
        )
        indexes = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'ix_movements%'"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}".encode())
        for statement in (_STEPS, _SIDES, "ANALYZE steps, sides", _MOVEMENTS, _POSTED, _HOLDS, _RESERVED):
            connection.execute(statement.format(**sizes).encode())
        for _, definition in indexes:
            connection.execute(definition)  # at once is cheaper than a million times
        connection.execute(f"ALTER TABLE movements ALTER id RESTART WITH {movements + 1}".encode())
        connection.execute("ANALYZE")
