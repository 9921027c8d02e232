"""The error answers in the OpenAPI document: every route can give each of them, in one shape.

They are written into the finished document. Told to FastAPI, each route would build a model of each of them when the gateway
starts, and again when it is first asked for: half of what a route costs.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field


class ErrorOut(BaseModel):
    """What every error answer looks like."""

    detail: str = Field(description="One sentence for a person, with the next step.")
    code: str = Field(description="What happened, for a program; stable.")
    data: dict[str, Any] = Field(
        default_factory=dict,
        description="The facts to act on. Where fields are wrong, `errors` says of each its `field`, a `code`, the "
        "`message` and the `facts` in it (`max_length`, `ge`, …).",
    )


_SHAPE: Final = {"application/json": {"schema": {"$ref": f"#/components/schemas/{ErrorOut.__name__}"}}}
_ANSWERS: Final = {
    "401": "We don't know who is asking: sign in (again).",
    "403": "This user may not do this.",
    "404": "It doesn't exist, or not for this user.",
    "405": "This path doesn't know the method; `Allow` names those it does.",
    "409": "It clashes with what is already there.",
    "413": "The body is too large.",
    "422": "The input is wrong, or a banking rule says no.",
    "429": "Too many requests; `Retry-After` says when to try again.",
    "500": "Our mistake; nothing was changed.",
    "503": "Something we depend on is away; `Retry-After` says when to try again.",
}
# What FastAPI says of a 422 by itself: its own shape, which no answer of ours has.
_FASTAPI_S_OWN: Final = ("HTTPValidationError", "ValidationError")
_FASTAPI_S_ANSWER: Final = {"schema": {"$ref": f"#/components/schemas/{_FASTAPI_S_OWN[0]}"}}


def documented(document: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI document with the error answers of every operation; what a route says itself stays."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _FASTAPI_S_OWN:
        schemas.pop(name, None)
    schemas[ErrorOut.__name__] = ErrorOut.model_json_schema()
    answers = {status: {"description": text, "content": _SHAPE} for status, text in _ANSWERS.items()}
    for operations in document["paths"].values():
        for operation in operations.values():
            said = operation["responses"]
            if said.get("422", {}).get("content", {}).get("application/json") == _FASTAPI_S_ANSWER:
                del said["422"]
            operation["responses"] = answers | said
    return document
