"""The thread between the spans of one request, however many processes they are in: its request id. Pure.

Every event carries the id of the request that began it (`Event.trace`), across the outbox, the broker and the consumers. So
that id is all that a trace needs: it names the trace and, in it, the request's own span, which all the others hang from.

    0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331       a request that came with a `traceparent`: its trace, our span
    0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00    the same, and the caller doesn't record this trace
    anything else                                           a trace of our own: both numbers are made from the id
"""

from __future__ import annotations

import re
import secrets
from hashlib import blake2b
from typing import NamedTuple

# https://www.w3.org/TR/trace-context/: a later version may say more after the flags; version ff and ids of zeros are invalid.
_TRACEPARENT = re.compile(
    rb"(?:00|(?!ff|00)[0-9a-f]{2}(?=.{53}(?:-|$)))-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})"
)
_ADOPTED = re.compile(r"([0-9a-f]{32})-([0-9a-f]{16})(-00)?")
_VERSION_0_LENGTH = 55
_SAMPLED = 0x01


class Context(NamedTuple):
    """A trace, the span of the request that began it, and whether anybody wants to see it."""

    trace_id: int
    span_id: int
    is_sampled: bool


def adopted(traceparent: bytes | None) -> str | None:
    """Return the id of a request that came with this header: the caller's trace and a new span in it; None: no (valid) one."""
    if traceparent is None:
        return None
    found = _read(traceparent)
    if found is None:
        return None
    trace_id, _, flags = found.groups()
    unwanted = "" if int(flags, 16) & _SAMPLED else "-00"
    return f"{trace_id.decode()}-{secrets.token_hex(8)}{unwanted}"


def parent_span(traceparent: bytes | None) -> int | None:
    """Return the caller's span that this header names, if it does."""
    found = None if traceparent is None else _read(traceparent)
    return None if found is None else int(found[2], 16)


def context_of(request_id: str) -> Context:
    """Return what a request id says: the same in every process that meets it."""
    found = _ADOPTED.fullmatch(request_id)
    if found is not None:
        return Context(int(found[1], 16), int(found[2], 16), is_sampled=found[3] is None)
    made = blake2b(request_id.encode(), digest_size=24).digest()
    return Context(int.from_bytes(made[:16]), int.from_bytes(made[16:]), is_sampled=True)


def _read(traceparent: bytes) -> re.Match[bytes] | None:
    is_version_0 = traceparent.startswith(b"00-")
    if is_version_0 and len(traceparent) != _VERSION_0_LENGTH:
        return None
    return _TRACEPARENT.match(traceparent)
