"""The few kinds of expected refusal. Domains subclass a kind; `edge/errors.py` maps each kind to one HTTP status."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Self


class BankError(Exception):
    """An expected outcome that is not success: a sentence for a person, a code for a program, the facts to act on."""

    code: ClassVar[str] = "error"
    # Most refusals undo everything. A few must leave a trace (a wrong password is counted): what was written is committed.
    keeps_writes: ClassVar[bool] = False
    # The field of the request that it is about, where another value of one alone would do. A class says it, or `about` one error.
    field: str | None = None

    def __init__(self, detail: str, **data: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.data = data

    def about(self, field: str) -> Self:
        """Say which field of the request it is about, where that isn't the same for every error of its class."""
        self.field = field
        return self


def reason_of(error: BaseException) -> str:
    """Return what an engine or its client said, in one line, without the address that it may name before the reason."""
    driver = getattr(error, "orig", None) or error  # SQLAlchemy wraps it
    said = str(driver).strip().partition("\n")[0]
    reason = re.sub(r"^failed to resolve host '.*?': ", "", said.rpartition("failed: ")[2])
    return reason.removeprefix("FATAL:").strip()


class Invalid(BankError):
    """The input itself is wrong; the same request can never succeed."""

    code = "invalid_request"


class TooLarge(BankError):
    """The request holds more than we accept."""

    code = "body_too_large"

    def __init__(self, bytes_max: int) -> None:
        super().__init__("The request is larger than we accept.", bytes_max=bytes_max)


class Unauthenticated(BankError):
    """We don't know who is asking."""

    code = "unauthenticated"


class Forbidden(BankError):
    """We know who is asking, and they may not."""

    code = "forbidden"


class NotFound(BankError):
    """It doesn't exist, or not for this person (we don't say which)."""

    code = "not_found"


class Conflict(BankError):
    """It clashes with what is already there."""

    code = "conflict"


class Refused(BankError):
    """Well formed and permitted, but a banking rule says no."""

    code = "refused"


class TooMany(BankError):
    """Too often, too soon. `retry_after_seconds` says when it may be tried again."""

    code = "too_many_requests"

    def __init__(self, detail: str, *, retry_after_seconds: int, **data: Any) -> None:
        super().__init__(detail, retry_after_seconds=retry_after_seconds, **data)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(BankError):
    """Something we depend on is away; the same request will work later."""

    code = "unavailable"

    def __init__(self, detail: str, *, retry_after_seconds: int = 2, **data: Any) -> None:
        super().__init__(detail, retry_after_seconds=retry_after_seconds, **data)
        self.retry_after_seconds = retry_after_seconds
