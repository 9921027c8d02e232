"""What the server's validation says of a field has a code, and the web app's words for it in Hindi."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic_core import PydanticKnownError

from app.edge.errors import LIMITS
from app.web.build import FRONTEND
from tests.bank import Bank

HINDI = FRONTEND / "src" / "locales" / "hi" / "fields.ts"
OURS = {"invalid_amount"}
"""Codes of mistakes that the bank finds itself, beyond pydantic's."""

# What a schema asks of a field, and the code of not doing it.
CODES: dict[str, set[str]] = {
    "minLength": {"string_too_short"},
    "maxLength": {"string_too_long"},
    "pattern": {"string_pattern_mismatch"},
    "minimum": {"greater_than_equal"},
    "exclusiveMinimum": {"greater_than"},
    "maximum": {"less_than_equal"},
    "exclusiveMaximum": {"less_than"},
    "enum": {"literal_error", "enum"},
    "const": {"literal_error"},
    "required": {"missing"},
    "additionalProperties": {"extra_forbidden"},
    "string": {"string_type"},
    "integer": {"int_type", "int_parsing", "int_from_float"},
    "boolean": {"bool_type", "bool_parsing"},
    "number": {"invalid_amount"},
    "date": {"date_type", "date_parsing", "date_from_datetime_parsing"},
}


def words() -> dict[str, str]:
    """Return the web app's Hindi by its code."""
    return dict(re.findall(r"^  (\w+): '(.*)',$", HINDI.read_text(), re.MULTILINE))


def gaps(template: str) -> set[str]:
    """Return the names in the braces of a template."""
    return set(re.findall(r"\{(\w+)\}", template))


def asked_of(schema: dict[str, Any], known: dict[str, Any]) -> Iterator[str]:
    """Give every keyword and type by which a schema, and what it holds, asks something of a field."""
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    yield from (keyword for keyword in CODES if keyword in schema and schema[keyword] is not True)
    yield from (schema[key] for key in ("type", "format") if schema.get(key) in CODES)
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", [])]
    for part in [*inner, *([schema["items"]] if "items" in schema else [])]:
        yield from asked_of(part, known)


class TestHindi:
    """S78: the web app has words for every mistake that a form can make."""

    def test_whatever_a_body_asks_of_a_field_can_be_said(self, bank: Bank) -> None:
        document = bank.api.get("/openapi.json").json()
        asked = {
            asks
            for operations in document["paths"].values()
            for operation in operations.values()
            for content in operation.get("requestBody", {}).get("content", {}).values()
            for asks in asked_of(content["schema"], document["components"]["schemas"])
        }

        assert {"minLength", "pattern", "enum", "required", "integer", "number"} <= asked, "the walk found too little"
        assert set().union(*(CODES[asks] for asks in asked)) - words().keys() == set()

    def test_every_code_is_one_and_names_its_limits(self) -> None:
        """Pydantic has a template for each of its codes, and refuses any other."""
        context: Any = dict.fromkeys(LIMITS, 1) | dict.fromkeys(("expected", "error", "pattern"), "")
        for code in words().keys() - OURS:
            english = PydanticKnownError(code, context).message_template
            assert gaps(words()[code]) == gaps(english) & LIMITS, code
