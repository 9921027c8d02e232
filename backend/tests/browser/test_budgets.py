"""How quick every page is: Lighthouse's mobile lab."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright

from tests.browser.lighthouse import Lighthouse, lighthouse
from tests.browser.people import People
from tests.browser.places import PLACES, Place

pytestmark = pytest.mark.measures


@pytest.fixture(scope="module")
def measuring(
    playwright: Playwright, chromium_path: str, tmp_path_factory: pytest.TempPathFactory, address: str, people: People
) -> Iterator[Lighthouse]:
    """One Lighthouse for all pages; bank, browser and Lighthouse itself have had time to start."""
    people.wait_until_at_rest()
    with lighthouse(playwright, chromium_path, tmp_path_factory.mktemp("lighthouse"), address, people) as started:
        started.measure("/sign-in", None)
        yield started


class TestLighthouse:
    """Lighthouse's scores of 95, 100, 100 and 100, the largest paint within 1.5 s, and nothing moves or blocks."""

    @pytest.mark.parametrize("place", [one for one in PLACES if one.lighthouse], ids=lambda place: place.name)
    def test_budgets(
        self, measuring: Lighthouse, address: str, people: People, place: Place, request: pytest.FixtureRequest
    ) -> None:
        path = place.address(people)
        report = measuring.measure(path, place.visitor(people))
        assert report.url == address + path, "not sent away to sign in"
        request.node.add_report_section("call", "lighthouse", report.times())  # shown by -rP
        assert report.misses() == [], report.complaints
