"""Walking the chain of blocks: has anything changed, vanished or appeared behind the seal?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.ledger.models import Block
from app.ledger.report import FINDINGS_PER_CHECK_MAX, Discrepancy
from app.ledger.seal import BLOCK_HASH, BLOCK_MOVEMENTS_MAX, FIRST_PREVIOUS_HASH, MOVEMENT_LINE, MOVEMENT_MARK

# One movement more than a block may hold is read: enough to see that there are too many, whatever its numbers claim.
_BLOCKS = text(
    f"""
    SELECT b.id, b.first_id, b.last_id, b.count, b.previous_hash, b.hash, found.count,
           {BLOCK_HASH.format(b="b", lines="coalesce(found.lines, '')")}
    FROM ledger_blocks b CROSS JOIN LATERAL (
        SELECT count(*) AS count, string_agg(line, E'\\n' ORDER BY id) AS lines FROM (
            SELECT m.id, {MOVEMENT_LINE} AS line FROM movements m
            WHERE m.id BETWEEN b.first_id AND b.last_id ORDER BY m.id LIMIT {BLOCK_MOVEMENTS_MAX + 1}
        ) AS present
    ) AS found
    ORDER BY b.id
    """
)
_MARKS_PRESENT = text(
    f"""
    SELECT id, {MOVEMENT_MARK} FROM (
        SELECT m.id, {MOVEMENT_LINE} AS line FROM movements m
        WHERE m.id BETWEEN :first AND :last ORDER BY m.id LIMIT {BLOCK_MOVEMENTS_MAX + 1}
    ) AS present
    """
)
# LATERAL with a limit: one short index scan per gap. As a plain join it compared every movement with every block.
_BETWEEN_BLOCKS = text(
    f"""
    SELECT stray.id
    FROM (
        SELECT first_id, lag(last_id, 1, '-9223372036854775808'::bigint) OVER (ORDER BY id) AS before FROM ledger_blocks
    ) AS gap
    CROSS JOIN LATERAL (
        SELECT m.id FROM movements m WHERE m.id > gap.before AND m.id < gap.first_id
        ORDER BY m.id LIMIT {FINDINGS_PER_CHECK_MAX}
    ) AS stray
    LIMIT {FINDINGS_PER_CHECK_MAX}
    """
)
# A bank that seals every few seconds has millions of blocks within a year: they are walked, not gathered.
BLOCKS_AT_ONCE = 1_000
_MARK_BYTES = 12
_HEAD = re.compile(r"[0-9]{1,18}:[0-9A-Fa-f]{64}")  # numbers of more digits aren't all bigints


class _Walked(NamedTuple):
    """A block as it stands in the table, beside what its movements give today."""

    id: int
    first_id: int
    last_id: int
    count_sealed: int
    previous_hash: bytes
    hash: bytes
    count_found: int
    hash_found: bytes

    @property
    def name(self) -> str:
        return f"block {self.id}"


def discrepancies(session: Session) -> Iterator[Discrepancy]:
    """Yield what is wrong with the chain: its links, its hashes, and movements that changed, vanished or appeared."""
    previous_id, previous_last, previous_hash = 0, 0, FIRST_PREVIOUS_HASH
    for row in session.execute(_BLOCKS, execution_options={"yield_per": BLOCKS_AT_ONCE}):
        block = _Walked(*row)
        if block.id != previous_id + 1:
            yield Discrepancy(f"block {previous_id + 1}", f"is missing; the next one is {block.id}")
        if block.previous_hash != previous_hash:
            yield Discrepancy(block.name, f"doesn't continue block {block.id - 1}: the link of their hashes is broken")
        if block.first_id <= previous_last:
            yield Discrepancy(block.name, f"begins at movement {block.first_id}, which an earlier block already covers")
        if block.hash != block.hash_found:
            yield from _changed_rows(session, block)
        previous_id, previous_last, previous_hash = block.id, block.last_id, block.hash
    for (movement_id,) in session.execute(_BETWEEN_BLOCKS):
        yield Discrepancy(f"movement {movement_id}", "lies between two sealed blocks: it was added after the seal")


def _changed_rows(session: Session, block: _Walked) -> Iterator[Discrepancy]:
    """Yield the movements that aren't as they were sealed; the block itself if all of them are."""
    marks = session.scalar(select(Block.marks).where(Block.id == block.id)) or b""
    pieces = [marks[start : start + _MARK_BYTES] for start in range(0, len(marks), _MARK_BYTES)]
    sealed = {int.from_bytes(piece[:8], "big", signed=True): piece for piece in pieces}
    rows = session.execute(_MARKS_PRESENT, {"first": block.first_id, "last": block.last_id})
    present: dict[int, bytes] = {row[0]: row[1] for row in rows}
    is_what_was_sealed = (min(sealed, default=None), max(sealed, default=None), len(pieces)) == (
        block.first_id,
        block.last_id,
        block.count_sealed,
    )
    suspects = sorted(key for key in sealed.keys() | present.keys() if sealed.get(key) != present.get(key))
    if not suspects or not is_what_was_sealed:
        yield Discrepancy(
            block.name,
            f"doesn't have the hash of its movements {block.first_id} to {block.last_id} "
            f"({block.count_found} found, {block.count_sealed} sealed): the block itself was changed",
        )
    for movement_id in suspects:
        if movement_id not in present:
            problem = f"was sealed in block {block.id} and is gone"
        elif movement_id not in sealed:
            problem = f"lies in sealed block {block.id} but wasn't there when it was sealed"
        else:
            problem = f"isn't what was sealed in block {block.id}: one of its columns was changed"
        yield Discrepancy(f"movement {movement_id}", problem)


def trusted_head_discrepancies(session: Session, trusted_head: str) -> Iterator[Discrepancy]:
    """Yield a discrepancy if the block that `trusted_head` names (`number:hash`, from a report or a log) has changed.

    Whoever can rewrite every block from one on leaves a chain that holds in itself; only a copy kept elsewhere tells.

    Raises:
        ValueError: `trusted_head` isn't a number, a colon and 64 hexadecimal digits.
    """
    if not _HEAD.fullmatch(trusted_head):
        raise ValueError("A head is a block's number, a colon and 64 hexadecimal digits.")
    number, _, digits = trusted_head.partition(":")
    block_id, expected = int(number), bytes.fromhex(digits)
    stored = session.scalar(select(Block.hash).where(Block.id == block_id))
    if stored is None:
        yield Discrepancy(f"block {block_id}", "is gone, although its hash was kept elsewhere")
    elif stored != expected:
        problem = f"was rewritten: its hash is {stored.hex()}, but {digits} was kept elsewhere"
        yield Discrepancy(f"block {block_id}", problem)
