"""A parameter that an operation doesn't have is refused: a filter with a typo would answer what nobody asked.

Every router of the bank makes its routes of `KnownQuery` (or of `ExactRoute`, which is one). It looks before anything
else does, so neither a token nor the database is asked about a request that can't be meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final
from urllib.parse import parse_qsl

from fastapi.dependencies.utils import get_flat_params
from fastapi.params import ParamTypes
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from app.edge.errors import wrong_fields

_NAME_CHARACTERS_MAX: Final = 40  # a client chose it


class KnownQuery(APIRoute):
    """A route that takes the parameters that the OpenAPI document gives it, and no others."""

    @cached_property
    def query_names(self) -> tuple[str, ...]:
        """The names of its parameters, its dependencies' included, as FastAPI puts them into the document."""
        found = get_flat_params(self.dependant)
        return tuple(one.alias for one in found if getattr(one.field_info, "in_", None) is ParamTypes.query)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["query_string"] and scope["method"] in (self.methods or ()):  # another method is refused as such
            require_known(scope["query_string"], self.query_names)
        await super().handle(scope, receive, send)


def require_known(query: bytes, known: Sequence[str]) -> None:
    """Let a query pass whose parameters all exist.

    Raises:
        Invalid: one or more don't; the sentence names the first of them and what there is instead.
    """
    asked = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    unknown = [name for name in dict.fromkeys(name for name, _ in asked) if name not in known]
    if unknown:
        raise wrong_fields(
            [{"type": "unknown_parameter", "loc": ("query", name), "msg": _sentence(name, known)} for name in unknown]
        )


def _sentence(name: str, known: Sequence[str]) -> str:
    there_is = "there is" if len(known) == 1 else "there are"
    instead = f"{there_is}: {', '.join(known)}" if known else "this address takes none"
    return f"There is no parameter '{name[:_NAME_CHARACTERS_MAX]}' here; {instead}."
