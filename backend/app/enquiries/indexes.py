"""The bank's indexes and what can be asked of each."""

from __future__ import annotations

from app.search.documents import IndexSpec, Kind

# S168's fields are transaction_id, src_account, dest_account, amount, status and timestamp; amount and timestamp also
# stand there as whole numbers (paise, milliseconds), by which they are compared and sorted.
TRANSACTIONS = IndexSpec(
    "transactions",
    {
        "transaction_id": Kind.INTEGER,
        "src_account": Kind.INTEGER,
        "dest_account": Kind.INTEGER,
        "status": Kind.KEYWORD,
        "kind": Kind.KEYWORD,
        "currency": Kind.KEYWORD,
        "reason": Kind.KEYWORD,
        "amount_minor": Kind.INTEGER,
        "at": Kind.INTEGER,
        "account_ids": Kind.INTEGER,  # either side
        "user_ids": Kind.INTEGER,  # who may see it
        "parties": Kind.WORDS,
        "text": Kind.WORDS,
    },
)
CUSTOMERS = IndexSpec(
    "customers",
    {"role": Kind.KEYWORD, "kyc": Kind.KEYWORD, "activity": Kind.KEYWORD, "at": Kind.INTEGER, "text": Kind.WORDS},
)
AUDIT = IndexSpec(
    "audit",
    {
        "action": Kind.KEYWORD,
        "reason": Kind.KEYWORD,
        "actor_id": Kind.INTEGER,
        "subject_type": Kind.KEYWORD,
        "subject_id": Kind.INTEGER,
        "at": Kind.INTEGER,
        "text": Kind.WORDS,
    },
)
LOGS = IndexSpec(
    "logs",
    {
        "level": Kind.KEYWORD,
        "logger": Kind.KEYWORD,
        "role": Kind.KEYWORD,
        "request_id": Kind.KEYWORD,
        "user_id": Kind.INTEGER,
        "at": Kind.INTEGER,
        "text": Kind.WORDS,
    },
)
INDEXES = {spec.name: spec for spec in (TRANSACTIONS, CUSTOMERS, AUDIT, LOGS)}
