"""The API as its own document describes it, for proofs that must not forget a route."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import Route as PlainRoute

from app import config
from tests.conftest import point_at

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Route:
    """One operation of the OpenAPI document."""

    method: str
    path: str
    operation: dict[str, Any]
    document: dict[str, Any]

    @cached_property
    def name(self) -> str:
        """How a policy names it: `GET /accounts/me`."""
        return f"{self.method} {self.path}"

    @property
    def is_public(self) -> bool:
        """Whether the document says that it can be called without a token."""
        return not self.operation.get("security")

    @property
    def takes_body(self) -> bool:
        """Whether it wants a JSON body."""
        return "requestBody" in self.operation

    @property
    def success(self) -> int:
        """The status that it answers when all goes well."""
        return min(int(status) for status in self.operation["responses"] if status.startswith("2"))

    def properties(self) -> dict[str, Any]:
        """The fields of its body, with their schemas."""
        return self.fields_of(self.operation["requestBody"]["content"]["application/json"]["schema"])

    def fields_of(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The fields of an object, whose schema may stand elsewhere in the document."""
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return dict(schema["properties"])


def _gateway() -> tuple[FastAPI, list[Any]]:
    """Make the gateway's app while tests are collected, when there is no database yet: describing itself needs none."""
    with pytest.MonkeyPatch.context() as patch:
        point_at(patch, "postgresql://nobody@/nowhere")
        from app.main import ROUTERS, create_app

        made = create_app()
    config.get_settings.cache_clear()
    return made, [route for router in ROUTERS for route in router.routes]


def _documented(gateway: FastAPI) -> Iterator[Route]:
    document = gateway.openapi()
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                yield Route(method.upper(), path, operations[method], document)


def _served(gateway: FastAPI, inner: list[Any]) -> Iterator[str]:
    for route in [*gateway.routes, *inner]:
        if isinstance(route, APIWebSocketRoute):
            yield f"WS {route.path}"
        elif isinstance(route, APIRoute | PlainRoute):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield f"{method} {route.path}"


_made, _inner = _gateway()
ROUTES = tuple(_documented(_made))
"""Every operation of the document, in its order."""
SERVED = frozenset(_served(_made, _inner))
"""What the gateway answers to, by name, documented or not."""
