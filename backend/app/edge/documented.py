"""What every operation of the OpenAPI document has: a title, who may ask, and its error answers, in one shape.

Those are written into the finished document. Told to FastAPI, each route would build a model of each of them when the gateway
starts, and again when it is first asked for: half of what a route costs.
"""

from __future__ import annotations

import re
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
    "409": "It clashes with what is already there.",
    "413": "The body is too large.",
    "422": "The input is wrong, or a banking rule says no.",
    "429": "Too many requests; `Retry-After` says when to try again.",
    "500": "Our mistake; nothing was changed.",
    "503": "Something we depend on is away; `Retry-After` says when to try again.",
}
# What FastAPI says of a 422 by itself: its own shape, which no answer of ours has.
_FASTAPI_S_OWN: Final = ("HTTPValidationError", "ValidationError")
# The numbers of requirements and rulings stand in our docstrings, and mean nothing to whoever reads the document alone.
_NUMBERS: Final = re.compile(r" \([SC]\d+(?:, [SC]\d+)*\)|, [SC]\d+(?=\))|^[SC]\d+(?:\.\d+)?(?:, [SC]\d+)*: ")
_FASTAPI_S_ANSWER: Final = {"schema": {"$ref": f"#/components/schemas/{_FASTAPI_S_OWN[0]}"}}


def documented(document: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI document with what no route says by itself; what one does say stays."""
    document = _without_numbers(document)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _FASTAPI_S_OWN:
        schemas.pop(name, None)
    schemas[ErrorOut.__name__] = ErrorOut.model_json_schema()
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if "requestBody" in operation:
                operation["requestBody"] = _named(operation["requestBody"], schemas)
            operation.setdefault("security", [])  # whoever asks needs no token
            if operation["summary"] == operation["operationId"].replace("_", " ").title():  # FastAPI's own
                operation["summary"] = _title(operation.get("description", ""))
            said = operation["responses"]
            if said.get("422", {}).get("content", {}).get("application/json") == _FASTAPI_S_ANSWER:
                del said["422"]
            operation["responses"] = _answers(method, operation) | said
    return document


def _named(part: Any, schemas: dict[str, Any]) -> Any:
    """Keep every object that has a title among the schemas, so that a generated client makes one class of it."""
    if isinstance(part, list):
        return [_named(one, schemas) for one in part]
    if not isinstance(part, dict):
        return part
    found = {name: _named(value, schemas) for name, value in part.items()}
    if not ("title" in found and "properties" in found):
        return found
    name = found["title"].replace(" ", "")
    assert schemas.setdefault(name, found) == found, f"two objects are called {name}"
    return {"$ref": f"#/components/schemas/{name}"}


def _without_numbers(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            name: _sentence(_NUMBERS.sub("", value))
            if name == "description" and isinstance(value, str)
            else _without_numbers(value)
            for name, value in part.items()
        }
    return [_without_numbers(one) for one in part] if isinstance(part, list) else part


def _title(description: str) -> str:
    """Return the beginning of a description, up to the end of its first sentence or of that one's first half."""
    return _sentence(re.split(r"[.:;](?:\s|$)", description, maxsplit=1)[0].removeprefix("Return "))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _answers(method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """Return the errors that an operation can answer with."""
    never: set[str] = set()
    if method == "get":
        never |= {"409"} if operation["security"] else {"409", "401", "403"}
    if "requestBody" not in operation:
        never.add("413")
        if not operation.get("parameters"):
            never.add("404")
    return {
        status: {"description": text, "content": _SHAPE} for status, text in _ANSWERS.items() if status not in never
    }
