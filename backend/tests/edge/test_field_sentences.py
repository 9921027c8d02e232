"""What the server's validation says of a field has a code, and the web app's words for it in Hindi."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticKnownError

from app.edge.errors import LIMITS
from app.edge.wire import Pattern, Strict
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


def fields_of_bodies() -> Iterator[tuple[type[Strict], str, dict[str, Any]]]:
    """Give every field of every body, with its JSON schema."""
    import app.main  # noqa: F401 - every room, so that every body is known

    waiting = [Strict]
    while waiting:
        body = waiting.pop()
        waiting += body.__subclasses__()
        if not body.__module__.startswith("app."):
            continue
        for name, schema in body.model_json_schema()["properties"].items() if body.model_fields else ():
            yield body, name, schema


def with_a_pattern() -> Iterator[tuple[type[Strict], str]]:
    """Give every body that has a field with a pattern, and the field."""
    for body, name, schema in fields_of_bodies():
        if any("pattern" in one for one in (schema, *schema.get("anyOf", []))):
            yield body, name


class TestEnglish:
    """S75: nobody is shown a regular expression."""

    def test_what_a_pattern_asks_is_said_in_words(self, database: str) -> None:
        said: dict[str, str] = {}
        for body, name in with_a_pattern():
            with pytest.raises(ValidationError) as refused:
                body.model_validate({name: "\x01\x01\x01"})
            (one,) = (one for one in refused.value.errors() if one["loc"] == (name,))
            assert one["type"] == "string_pattern_mismatch"
            said[name] = one["msg"]
        assert said == {
            "username": "It must be letters, digits, dots, dashes and underscores, and begin with a letter or a digit",
            "email": "It must look like name@example.com",
            "full_name": "It must be one line of text without invisible characters",
            "note": "It must be one line of text without invisible characters",
            "phone": "It must look like +91 98765 43210",
            "address": "It must be plain text",
            "reason": "It must be one line of text without invisible characters",
            "idempotency_key": "It must be 1 to 200 printable ASCII characters without spaces",
        }

    def test_whatever_others_read_can_be_seen(self, database: str) -> None:
        """S33, S73: an invisible name, or a note that turns the line around, would pass for something else."""
        read = {(body, name) for body, name, _ in fields_of_bodies() if name in ("full_name", "note", "reason")}
        assert len(read) >= 10
        for body, name in read:
            for text in ("\u200b\u200b\u200b", "\u202elive", "two\u2028lines", "a\u200db"):
                with pytest.raises(ValidationError) as refused:
                    body.model_validate({name: text})
                assert "It must be one line of text without invisible characters" in {
                    one["msg"] for one in refused.value.errors()
                }, (body, name)

    @pytest.mark.parametrize("end", ["\n", "\n.", "\u2028", "\r"])
    def test_the_end_of_a_text_is_its_end(self, end: str) -> None:
        """To Python's `$` a text also ends before its last line break."""
        name = TypeAdapter(Annotated[str, Pattern(r"^[a-z]*$", "It must be letters")])
        assert name.validate_python("abc") == "abc"
        with pytest.raises(ValidationError, match="It must be letters"):
            name.validate_python("abc" + end)

    def test_who_registers_with_half_an_address(self, bank: Bank) -> None:
        body = {"username": "asha", "email": "bad", "password": "staple wagon orchid"}
        answer = bank.api.post("/auth/register", json=body)
        assert answer.json()["detail"] == "email can't be accepted: it must look like name@example.com."


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
