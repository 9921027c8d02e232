"""Kinds of error to HTTP, in one table, and one shape for every error that leaves: `{detail, code, data}`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import sqlalchemy.exc
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from app.core.errors import (
    BankError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    reason_of,
)
from app.edge.documented import documented

log = structlog.get_logger(__name__)

STATUS_OF_KIND: dict[type[BankError], int] = {
    Invalid: 422,
    TooLarge: 413,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Refused: 422,
    TooMany: 429,
    Unavailable: 503,
}

VALIDATION_ERRORS_MAX = 20  # a body full of mistakes gets a readable answer, not a long one
DATABASE_RETRY_SECONDS = 2
LIMITS = frozenset({"min_length", "max_length", "gt", "ge", "lt", "le"})


_HTTP_ERRORS: dict[int, tuple[str, str]] = {
    400: ("invalid_request", "The request couldn't be read. Send a JSON object in UTF-8."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address doesn't know that method."),
    413: (TooLarge.code, "The request is larger than we accept."),
}


class DatabaseAway(Unavailable):
    """PostgreSQL can't be reached, or has no connection free."""

    code = "database_unavailable"


def status_of(error: BankError) -> int:
    """Return the HTTP status of an error: that of its nearest kind."""
    for cls in type(error).__mro__:
        if cls in STATUS_OF_KIND:
            return STATUS_OF_KIND[cls]
    return 500


def body_of(detail: str, code: str, data: dict[str, Any]) -> bytes:
    """Return the JSON body of an error answer. Facts that JSON doesn't know (dates, Decimals) are written as text."""
    return json.dumps({"detail": detail, "code": code, "data": data}, ensure_ascii=False, default=str).encode()


def code_in(body: bytes) -> str | None:
    """Return which error a JSON body tells of; none if it is no error's."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found.get("code") if isinstance(found, dict) else None


def error_body(error: BankError) -> bytes:
    """Return the JSON body that answers this error. One about a field is told as a mistake in the field is."""
    data = error.data
    if error.field is not None:
        one = {"field": error.field, "code": error.code, "message": error.detail, "facts": {}}
        data = data | {"errors": [one]}
    return body_of(error.detail, error.code, data)


def headers_of(error: BankError) -> dict[str, str]:
    """Return the headers that belong to this error: when to try again, how to sign in."""
    headers: dict[str, str] = {}
    retry_after_seconds = getattr(error, "retry_after_seconds", None)
    if retry_after_seconds is not None:
        headers["Retry-After"] = str(retry_after_seconds)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def internal_error_body(request_id: str) -> bytes:
    """Return the body of an answer to what nobody expected: no cause, only the id to ask about."""
    detail = "Something went wrong on our side. Try again; if it goes on, tell us the request id."
    return body_of(detail, "internal_error", {"request_id": request_id})


def answer(error: BankError) -> Response:
    """Return the HTTP answer to an expected error."""
    return _json(error_body(error), status_of(error), headers_of(error))


def install(app: FastAPI) -> None:
    """Make the app answer every error in the one shape, and its OpenAPI document say so.

    What nobody expected is answered by `EdgeMiddleware`, which knows the request id.
    """
    app.add_exception_handler(BankError, _bank_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(sqlalchemy.exc.OperationalError, _database_away)
    app.add_exception_handler(sqlalchemy.exc.TimeoutError, _database_away)
    app.openapi = partial(_with_errors, app, app.openapi)  # type: ignore[method-assign]


def _with_errors(app: FastAPI, written: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = documented(written())
    return app.openapi_schema


async def _bank_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, BankError)
    return answer(error)


async def _database_away(request: Request, error: Exception) -> Response:
    log.error("database_unavailable", error=type(error).__name__, reason=reason_of(error))
    sentence = "The bank can't be reached right now. Try again in a moment."
    return answer(DatabaseAway(sentence, retry_after_seconds=DATABASE_RETRY_SECONDS))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, detail = _HTTP_ERRORS.get(error.status_code, ("http_error", str(error.detail)))
    # An unreadable body is invalid input like any other: one status for it, ours.
    status = 422 if error.status_code == 400 else error.status_code
    return _json(body_of(detail, code, {}), status, dict(error.headers or {}))


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return answer(wrong_fields(error.errors()))


def wrong_fields(found: Sequence[dict[str, Any]]) -> Invalid:
    """Return the error of a request with mistakes in its fields, each described as pydantic does: `type`, `loc`, `msg`, `ctx`."""
    # What was wrong and where, never the value itself: it may be a password in the wrong field.
    errors = [
        {
            "field": "" if one["type"] == "json_invalid" else _field_name(one["loc"]),
            "code": one["type"],
            "message": one["msg"],
            "facts": _limits(one.get("ctx", {})),
        }
        for one in found[:VALIDATION_ERRORS_MAX]
    ]
    return Invalid(_validation_sentence(found[0]), errors=errors)


def _limits(context: dict[str, Any]) -> dict[str, int]:
    """Return the numbers that the message names. All of them are ours: what was sent is never among them."""
    return {name: value for name, value in context.items() if name in LIMITS and type(value) is int}


def _json(body: bytes, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status, headers, media_type="application/json")


def _validation_sentence(first: dict[str, Any]) -> str:
    kind = first["type"]
    message: str = first["msg"].removeprefix("Value error, ")
    if kind == "json_invalid":
        return f"The body isn't valid JSON: {first['ctx']['error']}."
    field = _field_name(first["loc"])
    if kind == "missing":
        return f"{field} is missing." if field else "The body is missing: send a JSON object."
    if kind == "extra_forbidden":
        return f"{field} isn't a field of this request."
    if message.endswith("."):  # already a sentence, written by one of our own validators
        return message
    return f"{field or 'The body'} can't be accepted: {message[:1].lower()}{message[1:]}."


def _field_name(location: tuple[int | str, ...]) -> str:
    """Return where the mistake is, without the part that says body or query. Bounded: a client chose the text."""
    return ".".join(str(part)[:40] for part in location[1:7])
