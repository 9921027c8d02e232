"""Guarantee: with Redis a ticket opens one socket and an ended session closes its sockets at once, at every gateway; when
Redis is away, or comes and goes, both still hold, only a little later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from starlette.websockets import WebSocketDisconnect

from app import config
from app.cache import circuit
from app.cache.circuit import ask
from app.core.errors import BankError
from app.database import unit_of_work
from app.identity import sessions
from app.realtime import admission
from app.realtime.errors import CLOSE_UNAUTHENTICATED, TicketInvalid
from tests.bank import Bank, Person
from tests.cache.conftest import OwnRedis
from tests.events.test_runner import eventually


@pytest.fixture
def bank_with_redis(
    database: str,
    own_redis: OwnRedis,
    impatient: None,
    gateway: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Bank]:
    """A gateway that has a Redis. No worker runs: what happens here happens without one."""
    monkeypatch.setenv("REDIS_URL", own_redis.url)
    config.get_settings.cache_clear()
    circuit._circuit.cache_clear()
    with TestClient(gateway) as api:
        yield Bank(api)
    circuit._circuit.cache_clear()


def buy(person: Person) -> str:
    with unit_of_work() as session:
        return admission.issue_ticket(session, user_id=person.id, session_id=person.session_id)


def come_in(ticket: str) -> admission.Admission:
    with unit_of_work() as session:
        return admission.by_ticket(session, ticket)


def in_postgresql() -> int:
    with unit_of_work() as session:
        return session.scalars(text("SELECT count(*) FROM socket_tickets")).one()


class TestTickets:
    """S72: a ticket is good for one socket."""

    def test_for_one_socket_and_not_in_postgresql(self, bank_with_redis: Bank) -> None:
        person = bank_with_redis.customer(accounts=0)
        ticket = buy(person)
        assert in_postgresql() == 0
        assert come_in(ticket) == (person.id, person.session_id)
        with pytest.raises(TicketInvalid):
            come_in(ticket)

    def test_through_the_door(self, bank_with_redis: Bank) -> None:
        person = bank_with_redis.customer(accounts=0)
        ticket = person.post("/ws/ticket").json()["ticket"]
        with bank_with_redis.api.websocket_connect(f"/ws?ticket={ticket}") as socket:
            socket.send_json({"type": "ping"})
            assert socket.receive_json() == {"type": "pong"}

    def test_not_for_ever_and_only_its_hash_is_kept(self, bank_with_redis: Bank) -> None:
        ticket = buy(bank_with_redis.customer(accounts=0))
        [key] = ask(lambda client: client.keys("nyord:ticket:*"))
        assert ticket not in key
        assert 0 < ask(lambda client: client.ttl(key)) <= admission.TICKET_SECONDS

    def test_of_a_session_that_has_ended(self, bank_with_redis: Bank) -> None:
        person = bank_with_redis.customer(accounts=0)
        ticket = buy(person)
        with unit_of_work() as session:
            sessions.end_all(session, user_id=person.id, reason="test", actor_id=None)
        with pytest.raises(TicketInvalid):
            come_in(ticket)

    @pytest.mark.parametrize("harm", [OwnRedis.freeze, OwnRedis.kill, OwnRedis.lock])
    def test_bought_and_used_while_redis_is_away(
        self,
        bank_with_redis: Bank,
        own_redis: OwnRedis,
        harm: Callable[[OwnRedis], None],
    ) -> None:
        person = bank_with_redis.customer(accounts=0)
        harm(own_redis)
        ticket = buy(person)
        assert in_postgresql() == 1
        assert come_in(ticket) == (person.id, person.session_id)
        with pytest.raises(TicketInvalid):
            come_in(ticket)

    def test_bought_while_redis_was_away_and_used_when_it_is_back(
        self,
        bank_with_redis: Bank,
        own_redis: OwnRedis,
    ) -> None:
        person = bank_with_redis.customer(accounts=0)
        own_redis.freeze()
        ticket = buy(person)
        own_redis.thaw()
        assert eventually(_answers)
        assert come_in(ticket) == (person.id, person.session_id)
        with pytest.raises(TicketInvalid):
            come_in(ticket)

    def test_lost_with_redis_it_is_refused(self, bank_with_redis: Bank, own_redis: OwnRedis) -> None:
        ticket = buy(bank_with_redis.customer(accounts=0))
        own_redis.kill()
        with pytest.raises(TicketInvalid):
            come_in(ticket)


class TestEndedSessions:
    """S27: a revoked session is known at every gateway at once."""

    def closed_with(self, bank: Bank, person: Person, end: Callable[[], Any]) -> int:
        with bank.api.websocket_connect(f"/ws?token={person.token}") as socket:
            end()
            with pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_json()
            return closed.value.code

    def test_its_socket_closes_without_a_worker(self, bank_with_redis: Bank) -> None:
        person = bank_with_redis.customer(accounts=0)

        def end() -> None:  # as another gateway would
            with unit_of_work() as session:
                sessions.end_all(session, user_id=person.id, reason="test", actor_id=None)

        assert eventually(lambda: bool(ask(lambda client: client.pubsub_numsub("nyord:look-again"))[0][1]))
        assert self.closed_with(bank_with_redis, person, end) == CLOSE_UNAUTHENTICATED
        assert person.get("/auth/me").status_code == 401

    def test_what_was_rolled_back_is_not_told(self, bank_with_redis: Bank) -> None:
        person = bank_with_redis.customer(accounts=0)
        heard = ask(lambda client: client.pubsub())
        heard.subscribe("nyord:look-again")
        assert heard.get_message(timeout=1) is not None
        with pytest.raises(BankError), unit_of_work() as session:
            sessions.end_all(session, user_id=person.id, reason="test", actor_id=None)
            raise BankError("no")
        assert heard.get_message(timeout=0.3) is None
        heard.close()

    def test_nonsense_on_the_channel_closes_nothing(self, bank_with_redis: Bank) -> None:
        person = bank_with_redis.customer(accounts=0)
        with bank_with_redis.api.websocket_connect(f"/ws?token={person.token}") as socket:
            for nonsense in ("", "x,,-1", f"{10**30}", f"{person.id}"):
                ask(lambda client, said=nonsense: client.publish("nyord:look-again", said))
            socket.send_json({"type": "ping"})
            assert socket.receive_json() == {"type": "pong"}

    def test_redis_away_signing_out_works_all_the_same(
        self,
        bank_with_redis: Bank,
        own_redis: OwnRedis,
    ) -> None:
        person = bank_with_redis.customer(accounts=0)
        own_redis.freeze()
        with unit_of_work() as session:
            sessions.end_all(session, user_id=person.id, reason="test", actor_id=None)
        assert person.get("/auth/me").status_code == 401


def _answers() -> bool:
    try:
        return bool(ask(lambda client: client.ping()))
    except circuit.CacheAway:
        return False
