from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.core import cursors
from app.edge.pages import Page, PageQuery

ROWS = list(range(120, 0, -1))


@pytest.fixture
def listing(app: FastAPI, api: TestClient) -> TestClient:
    """A list of the numbers from 120 down to 1."""

    @app.get("/numbers")
    def numbers(ask: PageQuery) -> Page[str]:
        rows = [row for row in ROWS if ask.after_id is None or row < ask.after_id][: ask.fetch]
        return Page[str].of(rows, ask, out=str, row_id=lambda row: row)

    return api


class TestPages:
    """S29: every list has a page limit, and its pages fit together."""

    def test_the_first_page_without_being_asked(self, listing: TestClient) -> None:
        page = listing.get("/numbers").json()

        assert page["items"] == [str(row) for row in ROWS[: cursors.PAGE_SIZE_DEFAULT]]

    @pytest.mark.parametrize("limit", [1, 7, 40, 119, 120, 121, 200])
    def test_all_pages_are_the_list(self, listing: TestClient, limit: int) -> None:
        seen: list[str] = []
        params: dict[str, object] = {"limit": limit}
        while True:
            page = listing.get("/numbers", params=params).json()
            seen += page["items"]
            assert len(page["items"]) <= limit
            if page["next_cursor"] is None:
                break
            params["cursor"] = page["next_cursor"]

        assert seen == [str(row) for row in ROWS]

    @pytest.mark.parametrize(
        "params", [{"limit": 0}, {"limit": 201}, {"limit": "many"}, {"cursor": "x"}, {"cursor": "a" * 65}]
    )
    def test_refused(self, listing: TestClient, params: dict[str, object]) -> None:
        assert listing.get("/numbers", params=params).status_code == 422

    def test_past_the_end(self, listing: TestClient) -> None:
        answer = listing.get("/numbers", params={"cursor": cursors.encode(1)}).json()

        assert answer == {"items": [], "next_cursor": None}
