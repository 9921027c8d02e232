"""JSON read to the letter: numbers from their text, and nothing that two readers could understand differently.

An ordinary JSON parser turns `150.10` into a binary float before anybody can look at it. `ExactRoute` reads the body
with `Decimal` instead, so an amount arrives as the client wrote it. A router whose bodies hold amounts says

    router = APIRouter(route_class=ExactRoute)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any, NoReturn

from fastapi import Request, Response

from app.edge.query import KnownQuery

NUMBER_CHARACTERS_MAX = 40  # no number that the bank understands is longer


class ExactRoute(KnownQuery):
    """A route that reads numbers from their text and refuses JSON that two readers could understand differently."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_exactly(request: Request) -> Response:
            return await handle(_ExactRequest(request.scope, request.receive))

        return handle_exactly


class _ExactRequest(Request):
    async def json(self) -> Any:
        return exact_json(await self.body())


def exact_json(body: bytes) -> Any:
    """Return what a JSON text says, its fractions as `Decimal`.

    Raises:
        json.JSONDecodeError: not JSON in UTF-8; NaN or Infinity; a key twice in one object; an absurd number; nested
            too deep; text that PostgreSQL can't keep (a NUL character, half of a surrogate pair).
    """
    try:
        value = json.loads(
            body.decode(),
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_no_constant,
            object_pairs_hook=_object_without_duplicates,
        )
        if b"\\u" in body:  # only an escape can smuggle in what UTF-8 itself can't say
            _refuse_unkeepable(value)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise json.JSONDecodeError("nested too deep", "", 0) from None
    except ValueError as error:
        raise json.JSONDecodeError(str(error)[:100], "", 0) from None
    return value


def _decimal(text: str) -> Decimal:
    _refuse_long(text)
    return Decimal(text)


def _integer(text: str) -> int:
    _refuse_long(text)
    return int(text)


def _refuse_long(text: str) -> None:
    if len(text) > NUMBER_CHARACTERS_MAX:
        raise ValueError("number too long")


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} isn't a JSON number")


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("the same key twice")
    return found


def _refuse_unkeepable(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("NUL character")
        value.encode()  # half of a surrogate pair raises UnicodeEncodeError, which is a ValueError
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_unkeepable(key)
            _refuse_unkeepable(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unkeepable(inner)
