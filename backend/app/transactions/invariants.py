"""What must hold between transactions and the ledger, at any instant. Added to every `nyord verify`."""

from __future__ import annotations

from app.ledger.verify import check, query

# A transaction's group in the ledger has its id; a transaction moves by one movement.
check(
    "transactions moved",
    query(
        """
        SELECT 'transaction ' || t.id, t.status || CASE WHEN m.id IS NULL THEN ', but no money moved'
            ELSE ', but money moved (movement ' || m.id || ')' END
        FROM transactions t LEFT JOIN movements m ON m.group_id = t.id AND m.leg = 0
        WHERE (t.status IN ('SUCCESS', 'REVERSED')) <> (m.id IS NOT NULL)
        """
    ),
)
check(
    "transactions held",
    query(
        """
        SELECT 'transaction ' || t.id, t.status || CASE WHEN h.group_id IS NULL THEN ', but nothing is reserved for it'
            ELSE ', but its money is still reserved' END
        FROM transactions t LEFT JOIN holds h ON h.group_id = t.id AND h.leg = 0 AND h.status = 'pending'
        WHERE (t.status = 'UNDER_REVIEW') <> (h.group_id IS NOT NULL)
        """
    ),
)
check(
    "transactions amounts",
    query(
        """
        SELECT 'transaction ' || t.id, 'its movement ' || m.id || ' has another amount, currency, kind or account'
        FROM transactions t JOIN movements m ON m.group_id = t.id
        LEFT JOIN accounts s ON s.id = t.src_account LEFT JOIN accounts d ON d.id = t.dest_account
        WHERE (m.amount_minor, m.currency, m.kind) IS DISTINCT FROM (t.amount_minor, t.currency, t.kind)
            OR (t.src_account IS NOT NULL AND m.debit_account_id IS DISTINCT FROM s.ledger_account_id)
            OR (t.dest_account IS NOT NULL AND m.credit_account_id IS DISTINCT FROM d.ledger_account_id)
        """
    ),
)
check(
    "movements explained",
    query(
        """
        SELECT 'movement ' || m.id, 'no transaction ' || m.group_id || ' explains it'
        FROM movements m LEFT JOIN transactions t ON t.id = m.group_id WHERE t.id IS NULL
        """
    ),
)
check(
    "refunds",
    query(
        """
        SELECT 'transaction ' || o.id, CASE WHEN r.id IS NULL THEN 'REVERSED, but nothing reverses it'
            ELSE o.status || ', but transaction ' || r.id || ' reverses it' END
        FROM transactions o LEFT JOIN transactions r ON r.reverses_id = o.id AND r.status = 'SUCCESS'
        WHERE (o.status = 'REVERSED') <> (r.id IS NOT NULL)
        """
    ),
)
check(
    "accounts and ledger",
    query(
        """
        SELECT 'account ' || a.id, CASE WHEN l.id IS NULL THEN 'its ledger account is missing'
            ELSE a.status || CASE WHEN a.is_active THEN ', active' ELSE ', switched off' END
                || ', but its ledger account is ' || CASE WHEN l.is_frozen THEN 'frozen' ELSE 'open' END END
        FROM accounts a LEFT JOIN ledger_accounts l ON l.id = a.ledger_account_id
        WHERE l.id IS NULL OR (l.is_frozen = (a.status = 'approved' AND a.is_active)) OR l.kind <> 'customer'
        """
    ),
)
