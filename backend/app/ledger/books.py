"""What must hold in the books, each as one query that answers the rows where it doesn't.

Everything is derived again from the movements and the holds, nothing is taken from what the engine remembered. Sums are
`numeric`: a tampered amount may be as large as a BIGINT can be, and must be reported, not overflow.
"""

from __future__ import annotations

from app.ledger.report import Check, query

_POSTED = query(
    """
    WITH moved AS (
        SELECT account_id, sum(debit) AS debits, sum(credit) AS credits FROM (
            SELECT debit_account_id AS account_id, amount_minor AS debit, 0::bigint AS credit FROM movements
            UNION ALL SELECT credit_account_id, 0, amount_minor FROM movements
        ) AS sides GROUP BY account_id
    )
    SELECT 'ledger account ' || coalesce(a.id, moved.account_id), CASE
        WHEN a.id IS NULL THEN 'doesn''t exist, but movements name it'
        ELSE format('says %s debited and %s credited, its movements add up to %s and %s',
                    a.debits_posted, a.credits_posted, coalesce(moved.debits, 0), coalesce(moved.credits, 0)) END
    FROM ledger_accounts a FULL JOIN moved ON moved.account_id = a.id
    WHERE a.id IS NULL OR a.debits_posted <> coalesce(moved.debits, 0) OR a.credits_posted <> coalesce(moved.credits, 0)
    ORDER BY coalesce(a.id, moved.account_id)
    """
)

_RESERVED = query(
    """
    WITH reserved AS (
        SELECT account_id, sum(debit) AS debits, sum(credit) AS credits FROM (
            SELECT debit_account_id AS account_id, amount_minor AS debit, 0::bigint AS credit
            FROM holds WHERE status = 'pending'
            UNION ALL SELECT credit_account_id, 0, amount_minor FROM holds WHERE status = 'pending'
        ) AS sides GROUP BY account_id
    )
    SELECT 'ledger account ' || coalesce(a.id, reserved.account_id), CASE
        WHEN a.id IS NULL THEN 'doesn''t exist, but pending holds name it'
        ELSE format('says %s to be debited and %s to be credited, its pending holds add up to %s and %s',
                    a.debits_pending, a.credits_pending,
                    coalesce(reserved.debits, 0), coalesce(reserved.credits, 0)) END
    FROM ledger_accounts a FULL JOIN reserved ON reserved.account_id = a.id
    WHERE a.id IS NULL OR a.debits_pending <> coalesce(reserved.debits, 0)
        OR a.credits_pending <> coalesce(reserved.credits, 0)
    ORDER BY coalesce(a.id, reserved.account_id)
    """
)

_BALANCED = query(
    """
    SELECT 'currency ' || currency, format('%s was debited and %s credited over all accounts: they must be equal',
        sum(debits_posted + debits_pending::numeric), sum(credits_posted + credits_pending::numeric))
    FROM ledger_accounts GROUP BY currency
    HAVING sum(debits_posted) <> sum(credits_posted) OR sum(debits_pending) <> sum(credits_pending)
    """
)

# An account's movements are numbered under its lock, so their order by id is the order in which they were decided.
_RUNNING = query(
    """
    SELECT 'movement ' || id, format('leaves ledger account %s with %s, but %s before it and a change of %s make %s',
                                     account_id, balance, before, change, before::numeric + change)
    FROM (
        SELECT id, account_id, change, balance,
               lag(balance, 1, 0::bigint) OVER (PARTITION BY account_id ORDER BY id) AS before
        FROM (
            SELECT id, debit_account_id AS account_id, -amount_minor AS change, debit_balance_after AS balance
            FROM movements
            UNION ALL SELECT id, credit_account_id, amount_minor, credit_balance_after FROM movements
        ) AS sides
    ) AS steps
    WHERE before::numeric + change <> balance ORDER BY id
    """
)

_LIMITS = query(
    """
    SELECT 'ledger account ' || id, format('has %s available, which is below its limit of %s',
        credits_posted::numeric - debits_posted - debits_pending, -overdraft_limit_minor)
    FROM ledger_accounts
    WHERE kind = 'customer' AND credits_posted::numeric - debits_posted - debits_pending < -overdraft_limit_minor
    ORDER BY id
    """
)

_CURRENCIES = query(
    """
    SELECT 'movement ' || m.id, format('is in %s, between accounts in %s and %s', m.currency, d.currency, c.currency)
    FROM movements m
    JOIN ledger_accounts d ON d.id = m.debit_account_id JOIN ledger_accounts c ON c.id = m.credit_account_id
    WHERE m.currency <> d.currency OR m.currency <> c.currency
    UNION ALL
    SELECT 'hold ' || h.group_id || '/' || h.leg,
           format('is in %s, between accounts in %s and %s', h.currency, d.currency, c.currency)
    FROM holds h
    JOIN ledger_accounts d ON d.id = h.debit_account_id JOIN ledger_accounts c ON c.id = h.credit_account_id
    WHERE h.currency <> d.currency OR h.currency <> c.currency
    """
)

_GROUPS = query(
    """
    SELECT 'group ' || group_id,
           format('has %s movements, numbered %s to %s: a group moves whole', count(*), min(leg), max(leg))
    FROM movements GROUP BY group_id HAVING min(leg) <> 0 OR max(leg) <> count(*) - 1
    UNION ALL
    SELECT 'hold ' || group_id,
           format('has %s legs, numbered %s to %s, in %s states: it is reserved and resolved whole',
                  count(*), min(leg), max(leg), count(DISTINCT status))
    FROM holds GROUP BY group_id HAVING min(leg) <> 0 OR max(leg) <> count(*) - 1 OR count(DISTINCT status) > 1
    """
)

_HOLDS = query(
    """
    SELECT 'hold ' || h.group_id || '/' || h.leg, CASE
        WHEN m.id IS NULL THEN 'is posted, but there is no movement of it'
        WHEN h.status <> 'posted' THEN format('is %s, but movement %s moved it', h.status, m.id)
        ELSE format('is not what movement %s moved', m.id) END
    FROM holds h LEFT JOIN movements m ON m.group_id = h.group_id AND m.leg = h.leg
    WHERE (h.status = 'posted') <> (m.id IS NOT NULL) OR (m.id IS NOT NULL
        AND (h.debit_account_id, h.credit_account_id, h.amount_minor, h.currency, h.kind)
            <> (m.debit_account_id, m.credit_account_id, m.amount_minor, m.currency, m.kind))
    UNION ALL
    SELECT 'movement ' || m.id, format('belongs to hold %s, which has no leg %s', m.group_id, m.leg)
    FROM movements m WHERE m.group_id IN (SELECT group_id FROM holds)
        AND NOT EXISTS (SELECT FROM holds h WHERE h.group_id = m.group_id AND h.leg = m.leg)
    """
)

BOOKS: dict[str, Check] = {
    "posted balances": _POSTED,
    "reserved balances": _RESERVED,
    "debits equal credits": _BALANCED,
    "running balances": _RUNNING,
    "limits": _LIMITS,
    "currencies": _CURRENCIES,
    "whole groups": _GROUPS,
    "holds": _HOLDS,
}
