"""The same request twice has the effect of one: the first answer is kept and given again (S226, C10).

A router whose request must not happen twice says it in one line:

    @router.post("/deposit", status_code=201, response_model=DepositOut)
    def deposit(body: DepositRequest, user: CurrentUser, session: Write, once: Once) -> Response:
        return once(session, user_id=user.id, body=body, action=lambda: DepositOut.of(service.deposit(session, ...)))

and its body is a `Repeatable`. Without a key the action simply happens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import BigInteger, DateTime, LargeBinary, SmallInteger, String, Text, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.errors import BankError, Conflict, TooMany, Unauthenticated, Unavailable
from app.database import Base
from app.edge import errors
from app.edge.wire import Pattern, Strict

KEY_CHARACTERS_MAX = 200
KEY_RULE = f"It must be 1 to {KEY_CHARACTERS_MAX} printable ASCII characters without spaces"
TWIN_WAIT_SECONDS = 3  # a request that is still running is nearly always done by then
TWIN_RETRY_SECONDS = 1

# These say "not now" or "not you": the same request may succeed later, so they aren't the answer to keep.
_NOT_KEPT = (TooMany, Unavailable, Unauthenticated)

Key = Annotated[str, Field(min_length=1, max_length=KEY_CHARACTERS_MAX), Pattern(r"^[\x21-\x7e]+$", KEY_RULE)]


class IdempotencyRecord(Base):
    """The answer to a request that had a key. Kept as long as what the request made."""

    __tablename__ = "idempotency_records"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    # The operation, e.g. `accounts.create_account`: one key may be used once for each.
    route: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_CHARACTERS_MAX), primary_key=True)
    # SHA-256 of what was asked, so that a key can't be used again for something else.
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[str] = mapped_column(Text)
    transaction_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())


class IdempotencyKeyReused(Conflict):
    """The key was used before, for another request."""

    code = "idempotency_key_reused"


class RequestStillRunning(Conflict):
    """The first request with this key hasn't been answered yet."""

    code = "request_still_running"
    retry_after_seconds = TWIN_RETRY_SECONDS


class Repeatable(Strict):
    """A body that may carry an idempotency key. It wins over the `Idempotency-Key` header (C10)."""

    idempotency_key: Key | None = Field(default=None, description="Makes a repetition of this request harmless.")


def request_hash(payload: bytes) -> bytes:
    """Return what is kept of a request to recognise it by."""
    return hashlib.sha256(payload).digest()


def idempotently(
    session: Session,
    *,
    user_id: int,
    route: str,
    key: str | None,
    payload: bytes,
    action: Callable[[], BaseModel],
    status: int = 200,
) -> Response:
    """Do `action` at most once for this user, route and key, and return its answer, or the first one again.

    The action and its record are one transaction. A refusal is an answer too: what the action wrote is undone, the
    refusal is kept, and the same request gets the same refusal. A twin that arrives while the first one is running
    waits for its answer. Replayed answers carry `Idempotency-Hit: true`.

    Raises:
        IdempotencyKeyReused: the key came with another payload before.
        RequestStillRunning: the first request takes longer than `TWIN_WAIT_SECONDS`.
        BankError: whatever the action raises, if there is no key or the refusal isn't one to keep.
    """
    if key is None:
        return _json(action().model_dump_json(by_alias=True), status)
    _stand_in_line(session, user_id, route, key)
    # A statement of its own after the lock: in the lock's own snapshot the twin's record would still be missing.
    kept = session.scalar(select(IdempotencyRecord).filter_by(user_id=user_id, route=route, key=key))
    asked = request_hash(payload)
    if kept is not None:
        if kept.request_hash != asked:
            raise IdempotencyKeyReused("This idempotency key belongs to another request. Use a new key.")
        return _json(kept.body, kept.status, {"Idempotency-Hit": "true"})
    answer = _perform(session, action, status)
    record = IdempotencyRecord(user_id=user_id, route=route, key=key, request_hash=asked)
    record.status, record.body = answer.status_code, bytes(answer.body).decode()
    session.add(record)
    session.flush()
    return answer


def _perform(session: Session, action: Callable[[], BaseModel], status: int) -> Response:
    savepoint = session.begin_nested()
    try:
        result = action()
        body = result.model_dump_json(by_alias=True)
        savepoint.commit()
    except _NOT_KEPT:
        raise
    except BankError as refusal:
        savepoint.rollback()
        return errors.answer(refusal)
    return _json(body, status)


def _stand_in_line(session: Session, user_id: int, route: str, key: str) -> None:
    """Hold this key until the transaction ends. A row can't be locked before it exists; a number can."""
    digest = hashlib.blake2b(f"{user_id}\n{route}\n{key}".encode(), digest_size=8).digest()
    number = {"number": int.from_bytes(digest, signed=True)}
    if session.scalar(text("SELECT pg_try_advisory_xact_lock(:number)"), number):
        return
    try:
        session.execute(text(f"SET LOCAL lock_timeout = '{TWIN_WAIT_SECONDS}s'"))
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), number)
        session.execute(text("SET LOCAL lock_timeout = DEFAULT"))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != "55P03":  # lock_not_available
            raise
        raise RequestStillRunning("The same request is still being worked on. Ask again in a second.") from None


def _json(body: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status, headers, media_type="application/json")


class OnceOnly:
    """`idempotently`, with route, status, path and header key taken from the request at hand."""

    def __init__(self, request: Request, header_key: str | None) -> None:
        self._request = request
        self._header_key = header_key

    def __call__(self, session: Session, *, user_id: int, body: BaseModel, action: Callable[[], BaseModel]) -> Response:
        """Answer this request at most once; see `idempotently`. `body` may be a `Repeatable`, whose key wins."""
        endpoint = self._request.scope["endpoint"]
        return idempotently(
            session,
            user_id=user_id,
            # The room and the function: two paths to one operation (C7) share their keys. It is kept with each key, so it stays.
            route=f"{endpoint.__module__.split('.')[-2]}.{endpoint.__name__}"[:40],
            key=getattr(body, "idempotency_key", None) or self._header_key,
            payload=_canonical(body, self._request.path_params),
            action=action,
            status=self._request.scope["route"].status_code or 200,
        )


def _canonical(body: BaseModel, path: dict[str, Any]) -> bytes:
    place = "&".join(f"{name}={path[name]}" for name in sorted(path))
    return f"{place}\n{body.model_dump_json(exclude={'idempotency_key'})}".encode()


def _once(
    request: Request,
    idempotency_key: Annotated[
        Key | None, Header(description="Makes a repetition harmless; a key in the body wins.")
    ] = None,
) -> OnceOnly:
    return OnceOnly(request, idempotency_key)


Once = Annotated[OnceOnly, Depends(_once)]
"""A route that happens at most once per key; see the module's docstring."""
