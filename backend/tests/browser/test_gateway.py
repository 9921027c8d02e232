"""What the gateway gives a browser: one origin, a strict policy, and an app that outlives a restart."""

from __future__ import annotations

import os
import signal

from playwright.sync_api import expect

from tests.browser.conftest import OpenVisit
from tests.browser.people import People
from tests.embedded.bank import Bank, eventually


class TestPolicy:
    """The page runs our scripts alone and talks to us alone, and the watch over the other tests sees what doesn't."""

    def test_an_injected_script_doesn_t_run(self, open_visit: OpenVisit) -> None:
        visit = open_visit()
        page = visit.go("/sign-in")
        page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\" onerror=\"window.stolen = 1\">')"
        )
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.stolen = 1'}))"
        )
        assert visit.hears("script-src-attr")
        assert visit.hears("script-src-elem")
        assert page.evaluate("window.stolen") is None
        visit.forgive("Content Security Policy")  # Chromium's own two lines beside ours

    def test_nothing_leaves_for_a_third_party(self, open_visit: OpenVisit) -> None:
        visit = open_visit()
        page = visit.go("/sign-in")
        assert page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')") == "refused"
        assert visit.hears("connect-src")
        visit.forgive("Content Security Policy")

    def test_the_watch_sees_a_third_party(self, open_visit: OpenVisit) -> None:
        visit = open_visit(bypass_csp=True)
        visit.go("/sign-in").evaluate("fetch('http://127.0.0.1:9/', {mode: 'no-cors'}).catch(() => {})")
        assert visit.hears("third party: http://127.0.0.1:9/")
        visit.forgive("ERR_")


class TestAddresses:
    def test_a_page_that_shares_its_address_with_the_api_survives_a_reload(
        self, open_visit: OpenVisit, people: People
    ) -> None:
        visit = open_visit(people.asha)
        visit.go("/accounts/me")
        visit.page.reload()
        expect(visit.page.get_by_role("heading", name="This account isn't here")).to_be_visible()

    def test_the_api_s_page_works_without_a_third_party(self, open_visit: OpenVisit) -> None:
        visit = open_visit()
        visit.page.goto(f"{visit.address}/docs")
        expect(visit.page.get_by_role("heading", name="Nyord")).to_be_visible()
        expect(visit.page.get_by_text("/transactions/initiate").first).to_be_visible()


class TestRestart:
    """The gateway is killed while the app is open: it reconnects by itself, and what happened meanwhile is there."""

    def test_nothing_is_lost(self, open_visit: OpenVisit, people: People, running_bank: Bank) -> None:
        meera = people.customer("Meera Nair", rupees=100)
        visit = open_visit(meera)
        visit.forgive("ERR_|WebSocket|status of 50")
        page = visit.go("/")
        before = running_bank.processes()["gateway"]
        os.kill(before, signal.SIGKILL)
        assert eventually(lambda: running_bank.processes().get("gateway", before) != before, 30)
        assert eventually(running_bank.answers, 30)
        people.fund(meera, 2_345)
        expect(page.locator("main")).to_contain_text("2,445", timeout=45_000)
