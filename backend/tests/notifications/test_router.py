"""S62: list, read, read all, delete, count. Somebody else's notifications don't exist."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import unit_of_work
from app.events.consumer import Envelope
from app.notifications.consumers import notify
from tests.bank import Bank, Person
from tests.money import transfer_completed


@pytest.fixture
def arjun(bank: Bank) -> Person:
    """A customer with three notifications of transfers 1, 2 and 3."""
    person = bank.customer()
    with unit_of_work() as session:
        tell(session, person, 3)
    return person


def tell(session: Session, person: Person, transfers: int, *, first: int = 1) -> None:
    """Tell somebody of transfers 1, 2, …"""
    notify(
        session,
        [
            Envelope(
                transfer_completed(transaction_id=number, src_user_id=person.id, dest_user_id=None),
                10**9 + number,
            )
            for number in range(first, first + transfers)
        ],
    )


def listed(person: Person, **params: Any) -> list[dict[str, Any]]:
    """Return the first page of somebody's list."""
    items: list[dict[str, Any]] = person.get("/notifications", **params).json()["items"]
    return [item for item in items if item["type"] == "transfer.sent"]


ROUTES = [
    ("GET", "/notifications"),
    ("GET", "/notifications/stats"),
    ("PUT", "/notifications/1/read"),
    ("POST", "/notifications/1/read"),
    ("PUT", "/notifications/read-all"),
    ("DELETE", "/notifications/1"),
]


class TestAccess:
    """Only one's own."""

    @pytest.mark.parametrize(("method", "path"), ROUTES)
    def test_anonymous_is_401(self, bank: Bank, method: str, path: str) -> None:
        api: TestClient = bank.api
        assert api.request(method, path).status_code == 401

    @pytest.mark.parametrize("method", ["put", "delete"])
    def test_somebody_elses_does_not_exist(self, bank: Bank, arjun: Person, method: str) -> None:
        notification = listed(arjun)[0]["id"]
        for stranger in (bank.customer(), bank.admin()):
            path = f"/notifications/{notification}" + ("/read" if method == "put" else "")
            answer = getattr(stranger, method)(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "notification_not_found")
            assert listed(stranger) == []
        assert listed(arjun)[0]["read"] is False


class TestList:
    """S62.1, S39."""

    def test_newest_first_in_the_shape_of_the_push(self, arjun: Person) -> None:
        items = listed(arjun)
        assert [item["related_id"] for item in items] == [3, 2, 1]
        assert set(items[0]) == {
            "id", "title", "message", "sentence", "facts", "type", "related_id", "created_at", "read",
        }  # fmt: skip
        assert items[0]["message"] == "You sent ₹150.00 to Meera Nair."

    def test_it_can_be_said_in_another_language(self, arjun: Person) -> None:
        newest = listed(arjun)[0]
        assert newest["sentence"] == "transfer.sent"
        assert newest["facts"] == {"amount_minor": 150_00, "currency": "INR", "name": "Meera Nair", "note": ""}

    def test_one_from_before_there_were_facts_keeps_its_english(self, arjun: Person) -> None:
        with unit_of_work() as session:
            session.execute(
                text("UPDATE notifications SET sentence = NULL, facts = NULL, title = 'Money sent', message = :words"),
                {"words": "You sent ₹150.00 to Meera Nair."},
            )
        newest = listed(arjun)[0]
        assert (newest["sentence"], newest["facts"]) == (None, None)
        assert (newest["title"], newest["message"]) == ("Money sent", "You sent ₹150.00 to Meera Nair.")

    def test_one_that_says_nothing_is_not_kept(self, arjun: Person) -> None:
        with pytest.raises(IntegrityError, match="says_something"), unit_of_work() as session:
            session.execute(text("UPDATE notifications SET sentence = NULL"))

    def test_one_from_a_newer_program_does_not_hide_the_others(self, arjun: Person) -> None:
        with unit_of_work() as session:
            session.execute(text("UPDATE notifications SET sentence = 'transfer.beamed' WHERE related_id = 3"))
            session.execute(text("UPDATE notifications SET facts = '{}' WHERE related_id = 2"))
        newest, second, third = listed(arjun)
        assert (newest["title"], newest["sentence"]) == ("News", "transfer.beamed")
        assert (second["title"], third["message"]) == ("News", "You sent ₹150.00 to Meera Nair.")

    def test_pages_do_not_shift(self, arjun: Person) -> None:
        first = arjun.get("/notifications", limit=2).json()
        with unit_of_work() as session:
            tell(session, arjun, 1, first=99)
        second = arjun.get("/notifications", limit=200, cursor=first["next_cursor"]).json()
        ids = [item["id"] for item in first["items"] + second["items"]]
        assert ids == sorted(set(ids), reverse=True)
        assert 99 not in [item["related_id"] for item in second["items"]]
        assert second["next_cursor"] is None

    @pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 201}, {"cursor": "nonsense"}, {"unread": "perhaps"}])
    def test_invalid(self, arjun: Person, params: dict[str, Any]) -> None:
        assert arjun.get("/notifications", **params).status_code == 422


class TestRead:
    """S62.2, S62.4, S62.5."""

    def test_one(self, arjun: Person) -> None:
        newest = listed(arjun)[0]
        answer = arjun.put(f"/notifications/{newest['id']}/read")
        assert (answer.status_code, answer.json()) == (200, newest | {"read": True})
        assert [item["related_id"] for item in listed(arjun, unread=True)] == [2, 1]

    def test_twice_keeps_the_first_time(self, arjun: Person) -> None:
        newest = listed(arjun)[0]["id"]
        first, second = (arjun.post(f"/notifications/{newest}/read") for _ in range(2))
        assert first.json() == second.json()

    def test_all(self, arjun: Person) -> None:
        before = arjun.get("/notifications/stats").json()
        assert before["unread"] == before["total"] >= 3
        assert arjun.put("/notifications/read-all").json() == {"marked": before["unread"]}
        assert arjun.put("/notifications/read-all").json() == {"marked": 0}
        assert arjun.get("/notifications/stats").json() == {"unread": 0, "total": before["total"]}

    def test_all_that_were_seen(self, arjun: Person) -> None:
        seen = arjun.get("/notifications", limit=1).json()["items"][0]
        before = arjun.get("/notifications/stats").json()["unread"]
        with unit_of_work() as session:
            tell(session, arjun, 1, first=99)

        answer = arjun.put(f"/notifications/read-all?up_to={seen['id']}")

        assert (answer.status_code, answer.json()) == (200, {"marked": before})
        assert [item["related_id"] for item in listed(arjun, unread=True)] == [99]

    def test_all_up_to_one_that_is_gone_or_somebody_elses(self, bank: Bank, arjun: Person) -> None:
        newest, middle, oldest = listed(arjun)
        arjun.delete(f"/notifications/{middle['id']}")
        stranger = bank.customer()
        assert stranger.post(f"/notifications/read-all?up_to={newest['id']}").status_code == 200

        arjun.post(f"/notifications/read-all?up_to={middle['id']}")

        assert [(item["id"], item["read"]) for item in listed(arjun)] == [(newest["id"], False), (oldest["id"], True)]

    @pytest.mark.parametrize("bad", ["0", "-1", "", "x", "1.5", str(2**53)])
    def test_all_up_to_none_marks_nothing(self, arjun: Person, bad: str) -> None:
        answer = arjun.put(f"/notifications/read-all?up_to={bad}")

        assert (answer.status_code, answer.json()["data"]["errors"][0]["field"]) == (422, "up_to")
        assert len(listed(arjun, unread=True)) == 3

    def test_an_id_that_is_none(self, arjun: Person) -> None:
        for bad in ("0", "-1", "x", str(2**53)):
            assert arjun.put(f"/notifications/{bad}/read").status_code == 422
        assert arjun.put("/notifications/999999/read").status_code == 404


class TestDelete:
    """S62.3."""

    def test_it_is_gone_and_the_others_stay(self, arjun: Person) -> None:
        newest = listed(arjun)[0]["id"]
        assert arjun.delete(f"/notifications/{newest}").status_code == 204
        assert arjun.delete(f"/notifications/{newest}").status_code == 404
        assert [item["related_id"] for item in listed(arjun)] == [2, 1]
