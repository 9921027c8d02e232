"""Guarantee: a parameter that an operation doesn't have is refused, never ignored: a filter with a typo would list too much."""

from __future__ import annotations

from itertools import product

import httpx2
import pytest

from tests.acceptance.routes import ROUTES, SERVED, Route
from tests.acceptance.snapshot import changed, snapshot
from tests.acceptance.world import QUERIES, World

pytestmark = pytest.mark.slow

# What takes any query, and why.
TAKES_ANY = {
    "GET /openapi.json",  # the document isn't an operation of the bank, and nothing of it can be filtered
    "WS /ws",  # a socket says its refusals by close codes, and without a token or a ticket that it knows it is closed
}
UNKNOWN = ["since", "From", "limit ", "token", "cursor[]"]


def names(route: Route) -> list[str]:
    """The parameters of a query that the document gives an operation."""
    return [one["name"] for one in route.operation.get("parameters", []) if one["in"] == "query"]


def sentence(name: str, known: list[str]) -> str:
    if not known:
        return f"There is no parameter '{name}' here; this address takes none."
    return f"There is no parameter '{name}' here; there {'is' if len(known) == 1 else 'are'}: {', '.join(known)}."


def ask(world: World, route: Route, query: dict[str, str], headers: dict[str, str] | None = None) -> httpx2.Response:
    """Call a route as staff, with all that it needs and this query besides."""
    return world.bank.api.request(
        route.method, world.path(route), params=QUERIES.get(route.path, {}) | query,
        json=world.body(route) if route.takes_body else None, headers=world.admin.headers | (headers or {}),
    )  # fmt: skip


class TestUnknownParameters:
    """S29: what can't be understood is refused, with one sentence that says what there is instead."""

    def test_every_operation_refuses_one_and_does_nothing(self, world: World, database: str) -> None:
        before = snapshot(database)
        for route, name in product(ROUTES, UNKNOWN):
            answer = ask(world, route, {name: "2026-01-01"})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), (route.name, name)
            detail = sentence(name, names(route))
            assert answer.json()["detail"] == detail, route.name
            [error] = answer.json()["data"]["errors"]
            assert error == {"field": name, "code": "unknown_parameter", "message": detail, "facts": {}}, route.name
        assert changed(before, snapshot(database)) == set()

    def test_so_does_what_the_document_leaves_out(self, world: World) -> None:
        twins = SERVED - {route.name for route in ROUTES} - TAKES_ANY

        assert twins == {"POST /notifications/read-all", "POST /notifications/{notification_id}/read"}
        for put in [route for route in ROUTES if route.name.replace("PUT", "POST") in twins]:
            answer = world.bank.api.post(world.path(put), params={"all": "1"}, headers=world.owner.headers)
            assert (answer.status_code, answer.json()["detail"]) == (422, sentence("all", names(put)))

    def test_from_another_origin_too(self, world: World) -> None:
        bare = [route for route in ROUTES if route.path.startswith("/transactions/") and route.takes_body]

        assert {"POST /transactions/initiate", "POST /transactions/bulk"} <= {route.name for route in bare}
        for route in bare:
            answer = ask(world, route, {"dry_run": "1"}, {"Origin": "http://localhost:3000"})
            assert (answer.status_code, answer.json()["detail"]) == (422, sentence("dry_run", []))

    def test_each_of_several_is_named(self, world: World) -> None:
        answer = world.owner.get("/notifications", limit=1, offset=3, unread="true", page=2)

        known = ["unread", "limit", "cursor"]
        assert answer.json()["detail"] == sentence("offset", known)
        assert [one["field"] for one in answer.json()["data"]["errors"]] == ["offset", "page"]

    @pytest.mark.parametrize("query", ["", "?", "?&", "?limit=1", "?limit=1&from=2026-01-01T00:00:00Z", "?%6cimit=1"])
    def test_what_exists_is_taken(self, world: World, query: str) -> None:
        answer = world.bank.api.get(f"/transactions/me{query}", headers=world.owner.headers)

        assert answer.status_code == 200

    @pytest.mark.parametrize("query", ["since", "since=", "limit=1&since=1", "l%2569mit=1", "=1"])
    def test_however_it_is_written(self, world: World, query: str) -> None:
        answer = world.bank.api.get(f"/transactions/me?{query}", headers=world.owner.headers)

        assert (answer.status_code, answer.json()["data"]["errors"][0]["code"]) == (422, "unknown_parameter")

    def test_a_long_name_isn_t_repeated(self, world: World) -> None:
        answer = world.owner.get("/dashboard/summary", **{"x" * 9_000: 1})

        assert answer.json()["detail"] == sentence("x" * 40, [])
        assert len(answer.content) < 1_000

    def test_a_method_or_an_address_that_isn_t_known_comes_first(self, world: World) -> None:
        assert world.owner.delete("/transactions/me?since=1").status_code == 405
        assert world.owner.put("/transactions/initiate?since=1").status_code == 405
        assert world.owner.post("/nowhere?since=1").status_code == 404

    def test_a_page_has_whatever_query_the_app_gives_it(self, world: World) -> None:
        answer = world.bank.api.get("/accounts?open=7", headers={"Accept": "text/html"})

        assert answer.headers["content-type"].startswith("text/html")

    def test_the_document_takes_any(self, world: World) -> None:
        assert world.bank.api.get("/openapi.json?now").status_code == 200
