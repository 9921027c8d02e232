"""S148: a dead letter is shown, replayed or given up, and whatever is decided is on record."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.consumers import consumers
from app.database import unit_of_work
from app.events.dead_letters import bury
from app.events.models import DeadLetter
from app.events.outbox import decode, record
from app.events.runner import drain
from app.transactions import settlement
from app.transactions.errors import DecidedMeanwhile
from tests.bank import Bank, Person
from tests.money import transfer_completed

NOTIFICATIONS = {"banking.notifications": consumers()["banking.notifications"]}


@pytest.fixture
def admin(bank: Bank) -> Person:
    """Staff."""
    return bank.admin()


@pytest.fixture
def letter(bank: Bank) -> int:
    """The second of three transfers could not be notified; the others were."""
    with unit_of_work() as session:
        record(session, *(transfer_completed(transaction_id=number) for number in (1, 2, 3)))
        outbox_id = session.scalar(text("SELECT max(id) FROM outbox"))
        made = DeadLetter(
            queue="banking.notifications",
            outbox_id=outbox_id,
            position=1,
            topic="transfer.completed",
            error="ValueError: full moon",
            attempts=6,
        )
        session.add(made)
        # What the relay and the inbox would have done meanwhile: the neighbours were handled, this one is buried.
        session.execute(text("DELETE FROM outbox_unsent WHERE outbox_id = :id"), {"id": outbox_id})
        for place in (0, 2):
            session.execute(
                text(
                    "INSERT INTO inbox (queue, outbox_id, lo, hi) VALUES ('banking.notifications', :id, :lo, :lo + 1)"
                ),
                {"id": outbox_id, "lo": place},
            )
        session.flush()
        return made.id


def told() -> list[int]:
    """Return the transactions that somebody was notified of."""
    with unit_of_work() as session:
        query = "SELECT DISTINCT related_id FROM notifications WHERE type LIKE 'transfer.%' ORDER BY 1"
        return list(session.scalars(text(query)))


def decisions() -> list[tuple[str, str]]:
    """Return what is on record about dead letters."""
    with unit_of_work() as session:
        query = (
            "SELECT data->>'decision', data->>'reason' FROM audit_log WHERE subject_type = 'dead_letter' ORDER BY id"
        )
        return [(row[0], row[1]) for row in session.execute(text(query))]


def given_up(admin: Person, letter: int, reason: str = "the customer was called") -> Any:
    """Give a letter up."""
    return admin.post(f"/admin/dead-letters/{letter}/give-up", {"reason": reason})


class TestAccess:
    """Staff only."""

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/admin/dead-letters"),
            ("POST", "/admin/dead-letters/1/replay"),
            ("POST", "/admin/dead-letters/1/give-up"),
        ],
    )
    def test_who_may(self, bank: Bank, method: str, path: str) -> None:
        assert bank.api.request(method, path).status_code == 401
        customer = bank.customer(accounts=0)
        body = {"reason": "because"} if path.endswith("give-up") else None
        answer = customer.get(path) if method == "GET" else customer.post(path, body)
        assert answer.status_code == 403


class TestList:
    """`GET /admin/dead-letters`."""

    def test_with_the_event_and_the_error(self, admin: Person, letter: int) -> None:
        [item] = admin.get("/admin/dead-letters", status="waiting").json()["items"]
        assert (item["id"], item["queue"], item["topic"]) == (letter, "banking.notifications", "transfer.completed")
        assert (item["error"], item["attempts"], item["status"]) == ("ValueError: full moon", 6, "waiting")
        assert item["event"]["transaction_id"] == 2
        assert admin.get("/admin/dead-letters", status="replayed").json()["items"] == []

    def test_pages(self, admin: Person, letter: int) -> None:
        with unit_of_work() as session:
            session.execute(
                text(
                    "INSERT INTO dead_letters (queue, outbox_id, position, topic, error, attempts) "
                    "SELECT queue, outbox_id, position, topic, error, attempts FROM dead_letters, generate_series(1, 4)"
                )
            )
        first = admin.get("/admin/dead-letters", limit=3).json()
        second = admin.get("/admin/dead-letters", limit=3, cursor=first["next_cursor"]).json()
        ids = [item["id"] for item in first["items"] + second["items"]]
        assert ids == sorted(ids, reverse=True)
        assert (len(set(ids)), second["next_cursor"]) == (5, None)

    def test_an_event_that_can_not_be_read(self, admin: Person) -> None:
        with unit_of_work() as session:
            session.execute(
                text("INSERT INTO outbox (topic, version, count, payload) VALUES ('user.changed', 1, 1, '{')")
            )
            session.execute(
                text(
                    "INSERT INTO dead_letters (queue, outbox_id, position, topic, error, attempts) "
                    "SELECT 'q', max(id), 0, 'user.changed', 'DecodeError', 6 FROM outbox"
                )
            )
        assert admin.get("/admin/dead-letters").json()["items"][0]["event"] is None

    @pytest.mark.parametrize("depth", [200, 400, 960, 1_200])
    def test_a_foreign_message_that_is_nested_too_deep(self, admin: Person, depth: int) -> None:
        message = '{"data":{"a":' + "[" * depth + "]" * depth + "}}"
        with unit_of_work() as session:
            bury(session, DeadLetter(queue="q", message=message, topic="transfer.initiated", error="?", attempts=1))
        [item] = admin.get("/admin/dead-letters").json()["items"]
        assert item["error"] == "?"
        assert given_up(admin, item["id"]).status_code == 200


class TestReplay:
    """`POST /admin/dead-letters/{id}/replay`: that one event goes back into its queue, and only into its own."""

    def test_it_is_handled_and_its_neighbours_are_not_again(self, bank: Bank, admin: Person, letter: int) -> None:
        answer = admin.post(f"/admin/dead-letters/{letter}/replay").json()
        assert (answer["status"], answer["decided_by"]) == ("replayed", admin.id)
        bank.settle()
        assert told() == [2]
        assert decisions() == [("replayed", "")]

    def test_twice_is_once(self, bank: Bank, admin: Person, letter: int) -> None:
        answers = [admin.post(f"/admin/dead-letters/{letter}/replay") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        with unit_of_work() as session:
            assert session.scalar(text("SELECT count(*) FROM deliveries")) == 1
        bank.settle()
        assert decisions() == [("replayed", "")]

    def test_two_deliveries_of_it_are_handled_once(self, bank: Bank, admin: Person, letter: int) -> None:
        admin.post(f"/admin/dead-letters/{letter}/replay")
        with unit_of_work() as session:
            session.execute(
                text(
                    "INSERT INTO deliveries (queue, outbox_id, lo, hi) SELECT queue, outbox_id, lo, hi FROM deliveries"
                )
            )
        drain(NOTIFICATIONS)
        with unit_of_work() as session:
            assert session.scalar(text("SELECT count(*) FROM notifications WHERE type = 'transfer.sent'")) == 1

    def test_not_after_it_was_given_up(self, admin: Person, letter: int) -> None:
        given_up(admin, letter)
        answer = admin.post(f"/admin/dead-letters/{letter}/replay")
        assert (answer.status_code, answer.json()["code"]) == (409, "dead_letter_already_decided")

    def test_unknown(self, admin: Person) -> None:
        assert admin.post("/admin/dead-letters/404/replay").status_code == 404


class TestGiveUp:
    """`POST /admin/dead-letters/{id}/give-up`: never again, and here is why."""

    def test_the_reason_stays(self, bank: Bank, admin: Person, letter: int) -> None:
        answer = given_up(admin, letter).json()
        assert (answer["status"], answer["decision_reason"]) == ("given_up", "the customer was called")
        assert given_up(admin, letter, "another reason").json()["decision_reason"] == "the customer was called"
        bank.settle()
        assert told() == []
        assert decisions() == [("given_up", "the customer was called")]

    def test_not_after_it_was_replayed(self, admin: Person, letter: int) -> None:
        admin.post(f"/admin/dead-letters/{letter}/replay")
        assert given_up(admin, letter).status_code == 409

    @pytest.mark.parametrize(
        "body", [None, {}, {"reason": ""}, {"reason": "  x "}, {"reason": 7}, {"reason": "ok so", "x": 1}]
    )
    def test_without_a_reason(self, admin: Person, letter: int, body: dict[str, Any] | None) -> None:
        assert admin.post(f"/admin/dead-letters/{letter}/give-up", body).status_code == 422
        assert admin.get("/admin/dead-letters").json()["items"][0]["status"] == "waiting"


class TestGivenUpRequests:
    """S52, S148: what nobody will settle any more has failed, and whoever waits for it is told."""

    @pytest.fixture
    def sent(self, bank: Bank) -> int:
        """A payment that can't be settled, whatever is tried."""
        alice, bob = bank.customer(100_00), bank.customer()
        return int(alice.send(bob, 30).json()["transaction_id"])

    def bury_it(self, queue: str = "banking.transactions") -> int:
        """Return the letter that a queue's consumer would have made of the request after every retry."""
        with unit_of_work() as session:
            outbox_id, topic = session.execute(
                text("SELECT id, topic FROM outbox WHERE topic = 'transfer.initiated'")
            ).one()
            session.execute(text("DELETE FROM outbox_unsent WHERE outbox_id = :id"), {"id": outbox_id})
            letter = DeadLetter(
                queue=queue, outbox_id=outbox_id, position=0, topic=topic, error="ValueError", attempts=6
            )
            session.add(letter)
            session.flush()
            return letter.id

    @pytest.mark.parametrize("queue", ["banking.transactions", "banking.transactions.3"])
    def test_the_payment_fails_and_both_are_told_at_once(
        self, bank: Bank, admin: Person, sent: int, queue: str
    ) -> None:
        letter = self.bury_it(queue)

        answer = admin.post(f"/admin/dead-letters/{letter}/give-up", {"reason": "the account's row is broken"})

        assert (answer.status_code, bank.status(sent)) == (200, "FAILED")
        bank.settle()
        assert told() == [sent]
        seen = admin.get(f"/transactions/{sent}").json()
        assert (seen["reason"], seen["decision_reason"]) == ("given_up", "the account's row is broken")
        assert bank.findings() == []

    def test_twice_is_once(self, bank: Bank, admin: Person, sent: int) -> None:
        letter = self.bury_it()
        for _ in range(2):
            admin.post(f"/admin/dead-letters/{letter}/give-up", {"reason": "nobody waits"})
        with unit_of_work() as session:
            assert session.scalar(text("SELECT count(*) FROM outbox WHERE topic = 'transfer.failed.given_up'")) == 1

    def test_a_late_copy_of_the_request_moves_nothing(self, bank: Bank, admin: Person, sent: int) -> None:
        letter = self.bury_it()
        admin.post(f"/admin/dead-letters/{letter}/give-up", {"reason": "nobody waits"})
        with unit_of_work() as session:
            session.execute(
                text(
                    "INSERT INTO deliveries (queue, outbox_id, lo, hi)"
                    " SELECT queue, outbox_id, 0, 1 FROM dead_letters WHERE id = :id"
                ),
                {"id": letter},
            )
        bank.settle()
        assert (bank.status(sent), bank.findings()) == ("FAILED", [])

    def test_what_was_settled_meanwhile_stays_settled(self, bank: Bank, admin: Person, sent: int) -> None:
        bank.settle()
        with unit_of_work() as session:
            outbox_id = session.scalar(text("SELECT min(id) FROM outbox WHERE topic = 'transfer.initiated'"))
            letter = DeadLetter(
                queue="banking.transactions", outbox_id=outbox_id, position=0, topic="transfer.initiated", error="x",
                attempts=6,
            )  # fmt: skip
            session.add(letter)
            session.flush()
            number = letter.id
        assert admin.post(f"/admin/dead-letters/{number}/give-up", {"reason": "it was paid"}).status_code == 200
        assert (bank.status(sent), bank.findings()) == ("SUCCESS", [])

    def test_another_queue_s_letter_ends_no_payment(self, bank: Bank, admin: Person, sent: int) -> None:
        letter = self.bury_it("banking.audit")
        admin.post(f"/admin/dead-letters/{letter}/give-up", {"reason": "the trail has it"})
        assert bank.status(sent) == "PENDING"

    def test_nor_does_what_a_foreign_program_claims(self, bank: Bank, admin: Person, sent: int) -> None:
        with unit_of_work() as session:
            letter = DeadLetter(
                queue="banking.transactions", message=f'{{"transaction_id": {sent}}}', topic="transfer.initiated",
                error="unknown", attempts=1,
            )  # fmt: skip
            session.add(letter)
            session.flush()
            number = letter.id
        assert admin.post(f"/admin/dead-letters/{number}/give-up", {"reason": "not ours"}).status_code == 200
        assert bank.status(sent) == "PENDING"

    def test_while_a_worker_settles_it_one_of_them_has_the_last_word(
        self, bank: Bank, admin: Person, sent: int
    ) -> None:
        """The worker has looked (it is PENDING), staff decide, the worker writes: no money moves for what has failed."""
        letter = self.bury_it()
        with pytest.raises(DecidedMeanwhile), unit_of_work() as session:
            (request,) = decode(
                "transfer.initiated",
                session.scalars(text("SELECT payload FROM outbox WHERE topic = 'transfer.initiated'")).first(),
            )
            looked = settlement._pending(session, [request], 5)
            assert admin.post(f"/admin/dead-letters/{letter}/give-up", {"reason": "too late"}).status_code == 200
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(settlement, "_pending", lambda *_: looked)
                settlement.settle_requested(session, [request])
        assert (bank.status(sent), bank.findings()) == ("FAILED", [])
