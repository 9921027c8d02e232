"""GET /search: a customer's own history, by whatever they remember of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.bank import Bank, Person

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("either_engine")]


def found(person: Person, **asked: Any) -> list[int]:
    answer = person.get("/search", **asked)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["degraded"] is False
    return [item["id"] for item in body["items"]]


@pytest.fixture
def people(bank: Bank) -> tuple[Person, Person, Person]:
    """Three customers, the first two of whom have money."""
    return (
        bank.customer(100_000_00, name="Arjun Rao"),
        bank.customer(10_000_00, name="Zoë Nair"),
        bank.customer(name="Om"),
    )


class TestSearchOwn:
    """S168: full text and filters over one's own transactions; ids, amounts, states and times are the specification's."""

    def test_anonymous_is_401(self, bank: Bank) -> None:
        assert bank.api.get("/search", params={"q": "rent"}).status_code == 401

    def test_found_by_words_of_note_and_names_by_both_sides_and_nobody_else(
        self, people: tuple[Person, Person, Person], searchable: Callable[[], None]
    ) -> None:
        arjun, zoe, om = people
        rent = arjun.send(zoe, 150, note="Rent for March").json()["transaction_id"]
        lunch = arjun.send(om, 20, note="lunch").json()["transaction_id"]
        searchable()
        assert found(arjun, q="ren mar") == [rent]
        assert found(zoe, q="rent arjun") == [rent]
        assert found(arjun, q="zoe") == [rent]
        assert found(arjun, party="nair") == [rent]
        assert found(arjun, party="rent") == []
        assert found(om, q="rent") == []
        assert found(om) == [lunch]
        assert found(arjun, kind="transfer") == [lunch, rent]

    def test_narrowed_by_amount_state_kind_account_and_time(
        self, people: tuple[Person, Person, Person], searchable: Callable[[], None]
    ) -> None:
        arjun, zoe, _ = people
        small = arjun.send(zoe, 10.5).json()["transaction_id"]
        large = arjun.send(zoe, 100).json()["transaction_id"]
        held = arjun.send(zoe, 60_000).json()["transaction_id"]
        searchable()
        assert found(arjun, amount_min="10.50", amount_max="10.50") == [small]
        assert found(arjun, amount_max="100", kind="transfer", sort="smallest") == [small, large]
        assert found(arjun, status="UNDER_REVIEW") == [held]
        assert found(arjun, status=["UNDER_REVIEW", "SUCCESS"], kind="transfer", sort="oldest") == [small, large, held]
        assert found(arjun, account_id=zoe.account, sort="largest") == [held, large, small]
        assert found(arjun, **{"to": "2020-01-01T00:00:00Z"}) == []
        assert len(found(arjun, **{"from": "2020-01-01T00:00:00Z"})) == 4

    def test_pages_neither_skip_nor_repeat(
        self, people: tuple[Person, Person, Person], searchable: Callable[[], None]
    ) -> None:
        arjun, zoe, _ = people
        sent = [arjun.send(zoe, 5 + number % 2).json()["transaction_id"] for number in range(5)]
        searchable()
        seen, cursor = [], None
        while True:
            body = arjun.get(
                "/search", kind="transfer", sort="largest", limit=2, **({"cursor": cursor} if cursor else {})
            )
            page = body.json()
            assert page["total"] == 5
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == sorted(sent, key=lambda one: (5 + sent.index(one) % 2, one), reverse=True)

    @pytest.mark.parametrize(
        "text", ['"', "*", "rent AND (", "a:b", "/x/", "[1 TO *]", "\\", "%_", "~!^", "🙂" * 60, "'; --"]
    )
    def test_no_text_is_an_error(
        self, people: tuple[Person, Person, Person], searchable: Callable[[], None], text: str
    ) -> None:
        searchable()
        assert people[0].get("/search", q=text).status_code == 200

    @pytest.mark.parametrize(
        "asked",
        [{"cursor": "nonsense"}, {"limit": 201}, {"limit": 0}, {"sort": "random"}, {"kind": "theft"}, {"q": "x" * 201},
         {"amount_min": "1e99"}, {"from": "2026-01-01T00:00:00"}, {"cursor": "bmV3ZXN0OjE6MQ", "sort": "largest"}],
    )  # fmt: skip
    def test_what_cannot_be_meant_is_422_or_400(self, bank: Bank, asked: dict[str, Any]) -> None:
        answer = bank.customer().get("/search", **asked)
        assert answer.status_code in (400, 422)
        assert answer.json()["detail"]
