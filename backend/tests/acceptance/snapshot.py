"""Whether anything in the database changed: proofs of "refused, and nothing happened" compare two of these."""

from __future__ import annotations

import psycopg
from psycopg import sql

Snapshot = dict[str, str]


def snapshot(url: str) -> Snapshot:
    """Return a fingerprint of every table's rows, by table."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        query = sql.SQL("SELECT coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') FROM {} t")
        return {
            name: connection.execute(query.format(sql.Identifier(name))).fetchone()[0]  # type: ignore[index]
            for (name,) in tables
        }


def changed(before: Snapshot, after: Snapshot) -> set[str]:
    """Return the names of the tables whose rows are not the same."""
    return {name for name in before if before[name] != after[name]}
