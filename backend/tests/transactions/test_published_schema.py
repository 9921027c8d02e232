"""Guarantee: the schema that we publish for a transfer is the specification's, but for what is listed here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.transactions.initiate import InitiateBody
from tests.bank import Bank

SPECIFICATION: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "title": "TransactionInitiateRequest",
    "type": "object",
    "required": ["src_account", "dest_account", "amount", "idempotency_key"],
    "properties": {
        "src_account": {"type": "integer", "minimum": 1},
        "dest_account": {"type": "integer", "minimum": 1},
        "amount": {"type": "number", "minimum": 0.01},
        "currency": {"type": "string", "minLength": 3, "default": "INR"},
        "metadata": {"type": "object"},
        "idempotency_key": {"type": "string"},
    },
}

ABSENT = "absent"
DEVIATIONS: dict[str, tuple[Any, Any]] = {
    # OpenAPI says the dialect for the whole document.
    "$schema": ("http://json-schema.org/draft-07/schema#", ABSENT),
    # The key may come in the header instead (S76), and without strict mode in neither (C9).
    "required": (["src_account", "dest_account", "amount", "idempotency_key"], ["src_account", "dest_account", "amount"]),
    # A field that is misspelt is refused, not ignored.
    "additionalProperties": (ABSENT, False),
    # There is nothing smaller than a paisa, and no name of a currency is longer.
    "properties.amount.multipleOf": (ABSENT, 0.01),
    "properties.currency.maxLength": (ABSENT, 3),
    # A key is kept, and goes into headers.
    "properties.idempotency_key.minLength": (ABSENT, 1),
    "properties.idempotency_key.maxLength": (ABSENT, 200),
    "properties.idempotency_key.pattern": (ABSENT, r"^[\x21-\x7e]+$"),
    # What the sender writes to the recipient is ours.
    "properties.note.type": (ABSENT, "string"),
    "properties.note.maxLength": (ABSENT, 140),
}  # fmt: skip
WORDS = ("description", "examples")  # they ask nothing of a body


def leaves(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Give whatever a schema asks, by where it stands."""
    for name, asked in schema.items():
        if name in WORDS:
            continue
        if isinstance(asked, dict):
            yield from leaves(asked, f"{path}{name}.")
        else:
            yield path + name, asked


class TestPublishedSchema:
    """S73, S76, C9: the specification's schema of a transfer, and ours."""

    @pytest.fixture(params=["/transactions/initiate", "/accounts/transfer-between-accounts"])
    def published(self, bank: Bank, request: pytest.FixtureRequest) -> dict[str, Any]:
        document = bank.api.get("/openapi.json").json()
        body = document["paths"][request.param]["post"]["requestBody"]["content"]["application/json"]["schema"]
        found: dict[str, Any] = document["components"]["schemas"][body["$ref"].removeprefix("#/components/schemas/")]
        return found

    def test_every_deviation_is_listed(self, published: dict[str, Any]) -> None:
        theirs, ours = dict(leaves(SPECIFICATION)), dict(leaves(published))
        both = {path: (theirs.get(path, ABSENT), ours.get(path, ABSENT)) for path in theirs | ours}
        assert {path: pair for path, pair in both.items() if pair[0] != pair[1]} == DEVIATIONS

    def test_it_names_the_fields_that_are_read(self, published: dict[str, Any]) -> None:
        assert published["properties"].keys() == set(InitiateBody.__struct_fields__)

    def test_it_says_where_a_key_belongs_and_what_happens_without(self, published: dict[str, Any]) -> None:
        said = published["properties"]["idempotency_key"]["description"]
        for word in ("Idempotency-Key", "Warning", "idempotency_key_required"):
            assert word in said
