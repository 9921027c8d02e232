"""Guarantee: whoever may not, can't; and a refused request changes nothing, on any route of the document.

The matrix is made from the OpenAPI document, so a new route is in it before anybody thinks of it. What isn't declared
open here must be closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx2
import pytest
from sqlalchemy import Boolean, Integer
from sqlalchemy.sql.elements import KeyedColumnElement

from app.accounts.models import Account
from app.identity.models import User
from app.ledger.models import LedgerAccount
from app.transactions.models import Transaction
from tests.acceptance.routes import ROUTES, SERVED, Route
from tests.acceptance.snapshot import changed, snapshot
from tests.acceptance.world import World
from tests.bank import Person

pytestmark = pytest.mark.slow

# Who needs no token. Adding a route here is a decision.
PUBLIC = {
    "POST /auth/register",
    "POST /auth/login",
    "POST /auth/refresh",  # its cookie is what it asks for
    "GET /users/available",  # for the form to sign up with, which tells as much
    "GET /health/live",
    "GET /health/ready",
}
# Staff's routes stand under /admin; these are the specification's other path to one of them (C7), and where Prometheus looks.
STAFF_ELSEWHERE = {"POST /accounts/approve", "GET /metrics"}
# Has an id, and is for everybody who is signed in: who somebody is, and where they can receive money (C20).
OPEN_TO_ALL = {"GET /accounts/user/{user_id}", "GET /users/{user_id}"}
# Belongs to somebody, by the ids in its path or in its body; others get the answer for what doesn't exist.
OWNED_BY_BODY = {
    "POST /accounts/transfer-between-accounts",
    "POST /transactions/initiate",
    "POST /transactions/bulk",
    "POST /transactions/deposit",
    "POST /transactions/withdraw",
}
# Without an idempotency key: who sends them twice, because the answer was lost, has changed nothing more.
TWICE_IS_ONCE = {
    "POST /auth/register",  # the second is told that the name is taken
    "POST /auth/login",
    "POST /auth/refresh",
    "POST /auth/logout",
    "POST /auth/change-password",
    "POST /auth/change-email",
    "PUT /auth/me",
    "DELETE /auth/sessions/{session_id}",
    "POST /ws/ticket",
    "PUT /notifications/read-all",
    "PUT /notifications/{notification_id}/read",
    "DELETE /notifications/{notification_id}",
    "PUT /admin/users/{user_id}",  # says how it shall be, not what to turn over
    "POST /admin/approve-kyc",
    "POST /admin/dead-letters/{letter_id}/replay",
    "POST /admin/dead-letters/{letter_id}/give-up",
}
STAFF_MAY_TOO = {"GET /transactions/{transaction_id}", "POST /transactions/{transaction_id}/refund"}
# Served, and on purpose not in the document: twins for clients that can't PUT, the document itself, and the socket.
UNDOCUMENTED = {
    "POST /notifications/read-all",
    "POST /notifications/{notification_id}/read",
    "GET /openapi.json",
    "WS /ws",
}


def is_staffs(route: Route) -> bool:
    return route.path.startswith("/admin/") or route.name in STAFF_ELSEWHERE


def is_owned(route: Route) -> bool:
    has_id = "{" in route.path or route.name in OWNED_BY_BODY
    return has_id and not is_staffs(route) and route.name not in OPEN_TO_ALL


def status(answer: httpx2.Response) -> int:
    """Return the answer's status; a bulk of one has that of its one transfer inside."""
    if answer.status_code == 200 and answer.request.url.path == "/transactions/bulk":
        return int(answer.json()["results"][0]["http_status"])
    return answer.status_code


def succeeded(route: Route, answer: httpx2.Response) -> bool:
    return answer.status_code == route.success and status(answer) < 300


def named(name: str) -> Route:
    (route,) = (route for route in ROUTES if route.name == name)
    return route


class TestInventory:
    """S154.7: the routes that are served are the routes that are documented."""

    def test_served_is_documented(self) -> None:
        assert SERVED - {route.name for route in ROUTES} == UNDOCUMENTED
        assert {route.name for route in ROUTES} <= SERVED

    def test_no_other_method_does_anything(self, world: World, database: str) -> None:
        """S51, S75: POST creates a transfer, and PUT, DELETE or HEAD to the same path don't."""
        before = snapshot(database)
        for path in sorted({route.path for route in ROUTES}):
            known = [route for route in ROUTES if route.path == path]
            for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE"):
                if method in {route.method for route in known} or f"{method} {path}" in SERVED:
                    continue
                body = world.body(known[0]) if known[0].takes_body else None
                for person in (world.owner, world.admin):
                    answer = world.bank.api.request(method, world.path(known[0]), json=body, headers=person.headers)
                    # A path such as /transactions/initiate may be another's example: GET /transactions/{transaction_id}.
                    assert answer.status_code in (403, 405, 422), (method, path, answer.text)
                    if answer.status_code == 405:
                        allowed = set(answer.headers["allow"].replace(" ", "").split(","))
                        assert {f"{one} {path}" for one in allowed} <= SERVED, (method, path, allowed)
        world.bank.settle()
        assert changed(before, snapshot(database)) == set()

    def test_exactly_these_change_something_without_a_key(self) -> None:
        """S226: whatever moves money, opens an account or turns something over takes a key; of these, twice is once."""

        def takes_key(route: Route) -> bool:
            return any(one["name"].lower() == "idempotency-key" for one in route.operation.get("parameters", ()))

        assert {route.name for route in ROUTES if route.method != "GET" and not takes_key(route)} == TWICE_IS_ONCE

    def test_exactly_the_public_routes_ask_for_no_token(self) -> None:
        assert {route.name for route in ROUTES if route.is_public} == PUBLIC

    def test_the_policy_names_no_route_that_is_gone(self) -> None:
        policy = PUBLIC | STAFF_ELSEWHERE | OPEN_TO_ALL | OWNED_BY_BODY | STAFF_MAY_TOO
        assert policy <= {route.name for route in ROUTES}


class TestAnonymous:
    """S19, S140.1, S141.5, S154.2: without a good token there is nothing but the public routes."""

    def test_every_other_route_is_401_and_changes_nothing(self, world: World, database: str) -> None:
        before = snapshot(database)
        for token in (None, "", "nonsense", "e30.e30.e30"):
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            for route in ROUTES:
                if route.name not in PUBLIC:
                    body = world.body(route) if route.takes_body else None
                    answer = world.bank.api.request(route.method, world.path(route), json=body, headers=headers)
                    assert answer.status_code == 401, (token, route.name)
                    assert answer.json().keys() == {"detail", "code", "data"}, (token, route.name)
                    assert answer.headers["www-authenticate"] == "Bearer", (token, route.name)
        assert changed(before, snapshot(database)) == set()

    def test_nor_the_undocumented_twins(self, world: World) -> None:
        for method, path in (name.split() for name in sorted(UNDOCUMENTED)):
            if method == "POST":
                answer = world.bank.api.post(path.format(notification_id=world.notification))
                assert answer.status_code == 401, path

    def test_the_public_routes_answer(self, world: World) -> None:
        for route in ROUTES:
            if route.name in PUBLIC - {"POST /auth/refresh"}:
                assert succeeded(route, world.call(route, None)), route.name
        answer = world.call(named("POST /auth/refresh"), None)
        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_needed")


class TestStaffOnly:
    """S19, S31, S28, S154.4: a role is checked by the server, on every route of the staff's."""

    def test_customers_are_403_and_change_nothing(self, world: World, database: str) -> None:
        before = snapshot(database)
        for route in filter(is_staffs, ROUTES):
            for person in (world.owner, world.stranger):
                answer = world.call(route, person)
                assert (answer.status_code, answer.json()["code"]) == (403, "admin_only"), route.name
        assert changed(before, snapshot(database)) == set()

    def test_a_bad_body_tells_a_customer_no_more(self, world: World) -> None:
        for route in filter(is_staffs, ROUTES):
            if route.takes_body:
                assert world.call(route, world.stranger, body={"what": "is this"}).status_code == 403, route.name


class TestOwned:
    """What belongs to one customer doesn't exist for another, and staff have no back door to it."""

    def test_strangers_and_staff_find_nothing_and_change_nothing(self, world: World, database: str) -> None:
        before = snapshot(database)
        for route in filter(is_owned, ROUTES):
            assert status(world.call(route, world.stranger)) == 404, route.name
            if route.name not in STAFF_MAY_TOO:
                assert status(world.call(route, world.admin)) == 404, route.name
        # A refused transfer leaves no trace either: without a key there is nothing to remember.
        assert changed(before, snapshot(database)) == set()

    def test_existing_and_missing_look_the_same(self, world: World) -> None:
        for route in filter(is_owned, ROUTES):
            if "{" in route.path:
                missing = route.path.replace("{", "").replace("}", "")
                missing = "/".join("987654321" if part.endswith("_id") else part for part in missing.split("/"))
                body = world.body(route) if route.takes_body else None
                absent = world.stranger.api.request(route.method, missing, json=body, headers=world.stranger.headers)
                others = world.call(route, world.stranger)
                assert (absent.status_code, absent.json()["code"]) == (others.status_code, others.json()["code"])


OWNERS = [route for route in ROUTES if not is_staffs(route) and route.name not in PUBLIC]
STAFFS = [route for route in ROUTES if is_staffs(route) or route.name in STAFF_MAY_TOO]


def changing(routes: Sequence[Route]) -> list[str]:
    """The names of the routes that aren't questions."""
    return [route.name for route in routes if route.method != "GET"]


@pytest.mark.slow
class TestAllowed:
    """The other half of the matrix: whoever may, can. What changes the bank has one of its own; questions share one."""

    @pytest.mark.parametrize("name", changing(OWNERS))
    def test_the_owner(self, world: World, name: str) -> None:
        self.succeeds(world, named(name), world.owner)

    @pytest.mark.parametrize("name", changing(STAFFS))
    def test_staff(self, world: World, name: str) -> None:
        self.succeeds(world, named(name), world.admin)

    def test_questions(self, world: World, database: str) -> None:
        before = snapshot(database)
        for routes, person in ((OWNERS, world.owner), (STAFFS, world.admin)):
            asked = [route for route in routes if route.method == "GET"]
            assert len(asked) > 10
            for route in asked:
                answer = world.call(route, person)
                assert succeeded(route, answer), (route.name, answer.text)
        world.bank.settle()
        assert changed(before, snapshot(database)) == set()
        assert world.bank.findings() == []

    def succeeds(self, world: World, route: Route, person: Person) -> None:
        """Call the route, and see that the books hold."""
        answer = world.call(route, person)
        assert succeeded(route, answer), answer.text
        world.bank.settle()
        assert world.bank.findings() == []

    def test_everybody_may_read_and_change_what_is_their_own(self, world: World) -> None:
        for route in ROUTES:
            if not (is_staffs(route) or is_owned(route) or route.name in PUBLIC):
                for person in (world.stranger, world.admin):
                    if route.name not in ONCE_ONLY:
                        assert succeeded(route, world.call(route, person)), route.name


# The first ends what the others need; the other two would be the same for both people, or no password any more.
ONCE_ONLY = ("POST /auth/logout", "POST /auth/change-password", "POST /auth/change-email")


# What a column's type makes an intruder try.
def _wish(column: KeyedColumnElement[Any]) -> Any:
    if isinstance(column.type, Boolean):
        return True
    return 1_000_000_00 if isinstance(column.type, Integer) else "admin"


WISHES = {
    column.name: _wish(column)
    for model in (User, Account, LedgerAccount, Transaction)
    for column in model.__table__.columns
} | {"balance": 1_000_000, "available": 1_000_000, "status": "SUCCESS", "role": "admin", "permissions": ["*"]}


class TestProperties:
    """S29, S154.1: no body can set a field of a row that isn't its own: role, balance, status, kyc_approved, …"""

    @pytest.mark.slow
    def test_every_column_of_people_and_money_is_refused_by_every_body(self, world: World, database: str) -> None:
        assert {"role", "balance", "status", "kyc_approved", "is_active", "user_id", "hashed_password"} <= WISHES.keys()
        before = snapshot(database)
        for route in ROUTES:
            if not route.takes_body:
                continue
            person = world.admin if is_staffs(route) else world.owner
            for name, value in WISHES.items():
                if name not in route.properties():
                    answer = world.call(route, person, body=world.body(route) | {name: value})
                    assert answer.status_code == 422, (route.name, name, answer.text)
        assert changed(before, snapshot(database)) == set()

    def test_a_body_is_an_object_or_refused(self, world: World, database: str) -> None:
        before = snapshot(database)
        for body in ("1.5", "-3.4e38", "1", "true", "null", '"text"', "[]", "[{}]", "", "{", "NaN"):
            for route in ROUTES:
                if route.takes_body:
                    person = world.admin if is_staffs(route) else world.owner
                    headers = person.headers | {"Content-Type": "application/json"}
                    answer = world.bank.api.request(route.method, world.path(route), content=body, headers=headers)
                    assert answer.status_code == 422, (body, route.name, answer.text)
        assert changed(before, snapshot(database)) == set()

    def test_nor_inside_one_of_many_transfers(self, world: World, database: str) -> None:
        before = snapshot(database)
        bulk = named("POST /transactions/bulk")
        (transfer,) = world.body(bulk)["transfers"]
        fields = bulk.fields_of(bulk.properties()["transfers"]["items"])
        for name, value in WISHES.items():
            if name not in fields:
                answer = world.call(bulk, world.owner, body={"transfers": [transfer | {name: value}]})
                assert answer.status_code == 422, name
        assert changed(before, snapshot(database)) == set()
