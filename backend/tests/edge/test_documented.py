"""Guarantee: the OpenAPI document can be read, and made a client of, by whoever knows nothing else of the bank."""

from __future__ import annotations

import json
import re

from tests.acceptance.routes import ROUTES

DOCUMENT = ROUTES[0].document


def operation_ids() -> list[str]:
    return [route.operation["operationId"] for route in ROUTES]


class TestOperations:
    """S75: each has a name, a title and a group; a generated client calls its functions so."""

    def test_names_are_words_and_each_is_there_once(self) -> None:
        assert len(set(operation_ids())) == len(ROUTES)
        assert [name for name in operation_ids() if not re.fullmatch(r"[a-z]+(_[a-z]+){0,3}", name)] == []

    def test_titles_say_what_comes(self) -> None:
        titles = {route.operation["operationId"]: route.operation["summary"] for route in ROUTES}
        assert titles["my_transactions"] == "One's own transactions on either side, newest first"
        assert titles["logout"] == "End this session"
        assert titles["initiate_transfer"] == "Send money"
        assert [
            name for name, title in titles.items() if title == name.replace("_", " ").title() or len(title) > 90
        ] == []

    def test_every_group_is_described(self) -> None:
        described = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}
        assert set(described) == {tag for route in ROUTES for tag in route.operation["tags"]}
        assert all(described.values())

    def test_who_needs_no_token(self) -> None:
        open_to_all = {route.operation["operationId"] for route in ROUTES if not route.operation["security"]}
        assert open_to_all == {"login", "register", "refresh", "is_username_available", "is_alive", "is_ready"}

    def test_reading_clashes_with_nothing_and_has_no_body(self) -> None:
        reading = [route for route in ROUTES if route.method == "GET"]
        assert len(reading) > 30
        assert {status for route in reading for status in route.operation["responses"]} & {"405", "409", "413"} == set()


class TestSchemas:
    """S73: what a transfer's request holds stands in one place, alone and in a bulk."""

    def test_one_for_every_way_to_send_money(self) -> None:
        schemas = DOCUMENT["components"]["schemas"]
        bodies = {
            route.operation["operationId"]: route.operation["requestBody"]["content"]["application/json"]["schema"]
            for route in ROUTES
            if route.takes_body
        }
        transfer = {"$ref": "#/components/schemas/TransactionInitiateRequest"}
        assert bodies["initiate_transfer"] == bodies["transfer_between_accounts"] == transfer
        assert bodies["initiate_transfers"] == {"$ref": "#/components/schemas/BulkTransferRequest"}
        assert schemas["BulkTransferRequest"]["properties"]["transfers"]["items"] == transfer
        assert schemas["TransactionInitiateRequest"]["required"] == ["src_account", "dest_account", "amount"]
        assert [name for name, body in bodies.items() if "$ref" not in body] == []


class TestWords:
    """The numbers of our requirements and rulings are for us."""

    def test_no_number_is_left(self) -> None:
        assert re.findall(r"\b[SC]\d{1,3}\b", json.dumps(DOCUMENT)) == []
