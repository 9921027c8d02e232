"""Guarantee: who asks for a transfer wrongly is told which field it is, and what it should be."""

from __future__ import annotations

import pytest

from tests.bank import Bank

KEY_RULE = "It must be 1 to 200 printable ASCII characters without spaces"


class TestMistakes:
    """S73, S75: a mistake in a field has its name, a code and a sentence, as on every other route."""

    @pytest.mark.parametrize(
        ("wrong", "code", "facts", "message"),
        [
            ({"src_account": "1"}, "int_type", {}, "It must be a whole number"),
            ({"src_account": 1.5}, "int_type", {}, "It must be a whole number"),
            ({"src_account": 0}, "greater_than_equal", {"ge": 1}, "It must be at least 1"),
            ({"dest_account": 2**64}, "less_than_equal", {"le": 2**53 - 1}, "It must be at most 9007199254740991"),
            ({"currency": "RS"}, "string_too_short", {"min_length": 3}, "It must have at least 3 characters"),
            ({"note": "x" * 141}, "string_too_long", {"max_length": 140}, "It must have at most 140 characters"),
            ({"note": None}, "string_type", {}, "It must be text"),
            ({"idempotency_key": 5}, "string_type", {}, "It must be text"),
            ({"idempotency_key": ""}, "string_too_short", {"min_length": 1}, KEY_RULE),
            ({"idempotency_key": "a b"}, "string_pattern_mismatch", {}, KEY_RULE),
        ],
    )
    def test_of_one_and_of_many(
        self, bank: Bank, wrong: dict[str, object], code: str, facts: dict[str, int], message: str
    ) -> None:
        alice = bank.customer(100_00)
        right = {"src_account": alice.account, "dest_account": 1, "amount": 1}
        (field,) = wrong
        for path, body, name in (
            ("initiate", right | wrong, field),
            ("bulk", {"transfers": [right, right | wrong]}, f"transfers.1.{field}"),
        ):
            answer = alice.post(f"/transactions/{path}", body).json()
            assert answer["data"]["errors"] == [{"field": name, "code": code, "message": message, "facts": facts}]
            assert answer["detail"] == f"{name} can't be accepted: i{message[1:]}."

    @pytest.mark.parametrize(
        ("path", "body", "field", "code", "sentence"),
        [
            ("initiate", "[]", "", "dict_type", "The body can't be accepted: it must be a JSON object."),
            ("initiate", '{"src_account":1,"dest_account":2}', "amount", "missing", "amount is missing."),
            ("initiate", '{"src_account":1,"dest_account":2,"amount":1,"metadata":[]}', "metadata", "dict_type",
             "metadata can't be accepted: it must be a JSON object."),
            ("initiate", '{"src_account":1,"dest_account":2,"amount":1,"metadata":{"a":1e999}}', "metadata", "value_error",
             "metadata can't be accepted: number out of range."),
            ("initiate", '{"ro`le":1}', "ro`le", "extra_forbidden", "ro`le isn't a field of this request."),
            ("initiate", f'{{"{"x" * 500}":1}}', "x" * 40, "extra_forbidden", f"{'x' * 40} isn't a field of this request."),
            ("bulk", '{"transfers":[{"role":1}]}', "transfers.0.role", "extra_forbidden",
             "transfers.0.role isn't a field of this request."),
            ("bulk", "{}", "transfers", "missing", "transfers is missing."),
            ("bulk", '{"transfers":{}}', "transfers", "list_type", "transfers can't be accepted: it must be a list."),
            ("bulk", '{"transfers":[]}', "transfers", "too_short", "transfers can't be accepted: it must have at least 1."),
            ("bulk", '{"transfers":[1]}', "transfers.0", "dict_type", "transfers.0 can't be accepted: it must be a JSON object."),
            ("bulk", '{"transfers":[{}]}', "transfers.0.src_account", "missing", "transfers.0.src_account is missing."),
        ],
    )  # fmt: skip
    def test_of_what_is_no_field(self, bank: Bank, path: str, body: str, field: str, code: str, sentence: str) -> None:
        answer = bank.customer().post(f"/transactions/{path}", content=body).json()
        assert [(one["field"], one["code"]) for one in answer["data"]["errors"]] == [(field, code)]
        assert answer["detail"] == sentence
