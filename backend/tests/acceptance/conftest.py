"""The world in which the whole API is tried."""

from __future__ import annotations

import pytest

from tests.acceptance.world import World, build_world
from tests.bank import Bank


@pytest.fixture
def world(bank: Bank) -> World:
    """A fresh bank with an owner, a stranger, an admin, and something for every route."""
    return build_world(bank)
