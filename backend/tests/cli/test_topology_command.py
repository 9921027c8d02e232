"""`nyord topology`, and the picture in the documentation that it makes."""

from __future__ import annotations

import json

import pytest

from tests.conftest import BACKEND
from tests.embedded.bank import nyord

pytestmark = pytest.mark.slow

PAGE = BACKEND.parent / "docs" / "events" / "topology.md"


class TestTopology:
    """S131, S134: what is on the broker can be read without a broker."""

    def test_as_a_list(self) -> None:
        lines = nyord("topology").stdout.splitlines()
        first = next(line for line in lines if line.startswith("  banking.events  "))
        assert first.split() == ["banking.events", "topic"]
        assert any(
            line.split() == ["banking.events", "transaction.initiated", "banking.transactions"] for line in lines
        )

    def test_as_json(self) -> None:
        found = json.loads(nyord("topology", "--json").stdout)
        queues = {queue["name"]: queue["arguments"] for queue in found["queues"]}
        assert queues["banking.transactions"]["x-single-active-consumer"] is True
        assert {exchange["type"] for exchange in found["exchanges"]} == {"topic", "fanout", "direct"}

    def test_the_page_is_current(self) -> None:
        made = nyord("topology", "--page").stdout
        assert PAGE.read_text() == made, "run `./nyord topology --page > docs/events/topology.md`"
