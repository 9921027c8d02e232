"""The back office's tables: filters in the address, keys, files; and that it is nobody else's."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Route, expect

from app.web.build import DIST
from tests.browser.conftest import OpenVisit
from tests.browser.people import People

# How many pixels of an element its table's frame doesn't show.
CUT_OFF = """(element) => {
  const [own, frame] = [element, element.closest('table').parentElement].map((one) => one.getBoundingClientRect())
  return Math.max(0, Math.ceil(own.right - frame.right), Math.ceil(frame.left - own.left))
}"""
FILTERS_HEIGHT_MAX = 48  # of a field that is touched
EXPORTED_ROWS = 5_301  # more than a file ever held, and no round number of pages


class TestTables:
    """S53, S54, S57, S89.6, S89.7: found, sorted and read on, and the address says it all."""

    def test_filters_live_in_the_address(self, open_visit: OpenVisit, people: People) -> None:
        leela = people.customer("Leela Menon")
        visit = open_visit(people.admin)
        page = visit.go("/admin/customers")
        page.keyboard.press("/")
        page.keyboard.type(leela.username)
        expect(page).to_have_url(re.compile(f"q={leela.username}"))
        expect(page.locator("tbody tr")).to_have_count(1)
        page.reload()
        visit.settle()
        expect(page.locator("tbody tr")).to_have_count(1)
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Leela Menon")

    @pytest.mark.parametrize(
        ("path", "label"),
        [
            ("payments", "State"),
            ("customers", "Role"),
            ("bank-accounts", "State"),
            ("trail", "Act"),
            ("undelivered", "State"),
            ("find?tab=logs", "Level"),
        ],
    )
    def test_on_a_phone_the_list_comes_before_its_filters(
        self, open_visit: OpenVisit, people: People, path: str, label: str
    ) -> None:
        """As on the customer's lists: one button has them, and what is on is shown from the start."""
        visit = open_visit(people.admin, device="phone", language="en")
        page = visit.go(f"/admin/{path}")
        filters, one = page.get_by_role("button", name="Filters"), page.get_by_label(label, exact=True)
        expect(one).to_be_hidden()
        bar = page.get_by_role("search").bounding_box()
        assert bar
        assert bar["height"] <= FILTERS_HEIGHT_MAX
        expect(filters).to_have_attribute("aria-expanded", "false")
        filters.click()
        one.select_option(index=1)
        expect(page.get_by_role("button", name="1 filter on")).to_have_attribute("aria-expanded", "true")
        page.reload()
        visit.settle()
        expect(one).to_be_visible()

    def test_the_trail_names_whom_it_was_about(self, open_visit: OpenVisit, people: People) -> None:
        """A name says more than a number, which stands beside it."""
        nila = people.customer("Nila Rao")
        number = people.call(nila, "GET", "/auth/me")["id"]
        people.wait_until_at_rest()
        page = open_visit(people.admin).go(f"/admin/trail?type=user&subject={number}")
        about = page.locator("tbody tr").first.get_by_role("cell").nth(3)
        expect(about).to_have_text(f"Nila Rao Person {number}")
        page.goto(page.url.replace("type=user", "type=account").replace(f"={number}", f"={nila.account}"))
        expect(about).to_have_text(f"Nila Rao Account {nila.account}")
        page.locator("tbody tr").first.click()
        expect(page.get_by_role("dialog").get_by_role("link", name="Nila Rao")).to_have_count(1)

    def test_nothing_found_offers_to_clear(self, open_visit: OpenVisit, people: People) -> None:
        page = open_visit(people.admin).go("/admin/payments?q=nobodywrotethis")
        page.get_by_role("button", name="Clear filters").click()
        expect(page.locator("tbody tr").first).to_be_visible()
        assert "q=" not in page.url

    def test_the_bank_sorts_all_there_is(self, open_visit: OpenVisit, people: People) -> None:
        page = open_visit(people.admin).go("/admin/payments")
        page.get_by_role("button", name="Amount").click()
        expect(page.get_by_role("columnheader", name="Amount")).to_have_attribute("aria-sort", "descending")
        largest = people.call(people.admin, "GET", "/admin/search/transactions?sort=largest&limit=1")["items"][0]
        expect(page.locator("tbody tr").first).to_contain_text(str(largest["id"]))

    def test_the_keys_are_shown_and_walk_through_sheets(self, open_visit: OpenVisit, people: People) -> None:
        page = open_visit(people.admin).go("/admin/payments")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        first = page.get_by_role("dialog").get_by_role("heading", level=2).inner_text()
        page.keyboard.press("j")
        expect(page.get_by_role("dialog").get_by_role("heading", level=2)).not_to_have_text(first)
        page.keyboard.press("k")
        expect(page.get_by_role("dialog").get_by_role("heading", level=2)).to_have_text(first)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert "open=" not in page.url
        expect(page.locator("tbody tr").first).to_be_focused()
        page.keyboard.press("j")
        expect(page.locator("tbody tr").nth(1)).to_be_focused()

    def test_every_column_can_be_reached(self, open_visit: OpenVisit, people: People) -> None:
        """However long a name is: what has no room in the table's frame can be scrolled to."""
        long = people.customer("Venkatanarasimharajuvaripeta Lakshminarayanaswamy", rupees=123_456)
        people.pay(long, people.rohan, 49_999, "Towards the advance for the flat in Hyderabad")
        people.wait_until_found(long, "Hyderabad")
        visit = open_visit(people.admin)
        for place in ("payments", "bank-accounts"):
            page = visit.go(f"/admin/{place}")
            expect(page.get_by_text(long.full_name).first).to_be_visible()
            for width in (1_440, 1_280, 1_024):
                page.set_viewport_size({"width": width, "height": 800})
                for head in page.get_by_role("columnheader").all():
                    head.scroll_into_view_if_needed()
                    assert head.evaluate(CUT_OFF) == 0, f"{head.inner_text()} of {place} at {width}"

    def test_what_cannot_be_read_says_so_and_tries_again(self, open_visit: OpenVisit, people: People) -> None:
        visit = open_visit(people.admin)
        visit.forgive("status of 503")
        answer = {"status": 503, "json": {"detail": "Not now."}, "headers": {"X-Request-ID": "0123456789abcdef"}}
        visit.page.route("**/admin/users?*", lambda route: route.fulfill(**answer))  # type: ignore[arg-type]
        visit.page.goto(f"{visit.address}/admin/customers")
        expect(visit.page.get_by_role("alert")).to_contain_text("Not now.", timeout=20_000)
        expect(visit.page.get_by_role("alert")).to_contain_text("0123 4567 89ab cdef")
        expect(visit.page.get_by_role("button", name="Copy the reference")).to_be_visible()
        visit.page.unroute("**/admin/users?*")
        visit.page.get_by_role("button", name="Try again").click()
        expect(visit.page.locator("tbody tr").first).to_be_visible()


class TestInHindi:
    """What the bank says in English has its words in Hindi, too."""

    def test_why_a_payment_failed_is_said_to_staff(self, open_visit: OpenVisit, people: People) -> None:
        """Not in the words that its customer reads, of whose account it is."""
        payer = people.customer("Ira Sen", rupees=90_000)
        people.pay(payer, people.customer("Rohan Gupta"), 60_000)
        people.wait_until_at_rest()
        payment = people.call(payer, "GET", "/transactions/me?limit=1")["items"][0]["id"]
        people.call(people.admin, "POST", f"/admin/transactions/{payment}/review", action="reject", reason="not hers")
        for language, said in (("en", "Staff reviewed it and rejected it."), ("hi", "कर्मचारी ने जाँच कर मना किया।")):
            sheet = (
                open_visit(people.admin, language=language).go(f"/admin/payments?open={payment}").get_by_role("dialog")
            )
            expect(sheet.get_by_text(said).first).to_be_visible()
            for theirs in ("Nothing has left your account", "आपके खाते"):
                expect(sheet).not_to_contain_text(theirs)

    def test_the_life_of_a_payment(self, open_visit: OpenVisit, people: People) -> None:
        payment = people.call(people.asha, "GET", "/transactions/me?status=SUCCESS&limit=1")["items"][0]["id"]
        page = open_visit(people.admin, language="hi", theme="dark").go(f"/admin/payments?open={payment}")
        sheet = page.get_by_role("dialog")
        expect(sheet).to_contain_text("पैसे पहुँच गए।")
        expect(sheet).not_to_contain_text("The money has moved")


class TestExport:
    """A list as a file, which no spreadsheet runs as a program."""

    def test_every_row_is_in_it_and_formulas_are_not(
        self, open_visit: OpenVisit, people: People, tmp_path: Path
    ) -> None:
        meera = people.customer("Meera Nair", rupees=500)
        note = '=HYPERLINK("http://example.com","click")'
        people.pay(meera, people.asha, 5, note)
        people.wait_until_at_rest()  # the page asks once, and may ask the index
        page = open_visit(people.admin).go(f"/admin/payments?account={meera.account}")
        expect(page.locator("tbody tr")).to_have_count(2)
        with page.expect_download() as downloading:
            page.get_by_role("button", name="Export CSV").click()
        target = tmp_path / downloading.value.suggested_filename
        downloading.value.save_as(target)
        rows = list(csv.DictReader(target.read_text(encoding="utf-8-sig").splitlines()))
        assert re.fullmatch(r"nyord-payments-\d{4}-\d\d-\d\d\.csv", target.name)
        assert [row["Amount"] for row in rows] == ["5", "500"]
        assert rows[0]["Note"] == f"'{note}"

    def test_a_long_list_is_read_to_its_end_or_stopped(
        self, open_visit: OpenVisit, people: People, tmp_path: Path
    ) -> None:
        """More rows than a page by far: all of them are in the file, and before that one may change one's mind."""
        visit = open_visit(people.admin)
        sample = people.call(people.admin, "GET", "/admin/users?limit=1")["items"][0]

        def page_of_many(route: Route) -> None:
            asked = parse_qs(urlsplit(route.request.url).query)
            first, limit = int(asked.get("cursor", ["0"])[0]), int(asked["limit"][0])
            items = [sample | {"id": number + 1} for number in range(first, min(first + limit, EXPORTED_ROWS))]
            after = first + limit
            route.fulfill(json={"items": items, "next_cursor": str(after) if after < EXPORTED_ROWS else None})

        visit.page.route("**/admin/users?*", page_of_many)
        page = visit.go("/admin/customers")
        with page.expect_download() as downloading:
            page.get_by_role("button", name="Export CSV").click()
        target = tmp_path / "all.csv"
        downloading.value.save_as(target)
        assert len(target.read_text(encoding="utf-8-sig").splitlines()) == EXPORTED_ROWS + 1
        expect(page.get_by_text("5,301 rows saved")).to_be_visible()

        visit.page.route("**/admin/users?*cursor=*", lambda route: None)  # the second page never comes
        page.get_by_role("button", name="Export CSV").click()
        expect(page.get_by_text("200 rows read")).to_be_visible()
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_role("button", name="Export CSV")).to_be_visible()


class TestNobodyElses:
    """S94: a customer who types the address is told so kindly, and none of staff's code comes along."""

    def test_a_customer_sees_a_friendly_page(self, open_visit: OpenVisit, people: People) -> None:
        visit = open_visit(people.asha)
        page = visit.go("/admin/approvals")
        expect(page.get_by_role("heading", level=1)).to_have_text("This part is for bank staff")
        page.get_by_role("link", name="Go to your accounts").click()
        visit.settle()
        staffs = _files_of_staff()
        assert staffs
        assert not [path for path in visit.asked if path.lstrip("/") in staffs]
        assert not [path for path in visit.asked if path.startswith("/admin/") and path != "/admin/approvals"]

    def test_no_admin_code_is_in_a_customers_first_load(self, address: str) -> None:
        """Over the built manifest: nothing that the entry or the dashboard imports is staff's, by name or by text."""
        manifest = json.loads((DIST / ".vite" / "manifest.json").read_text())
        first = _reachable(manifest, "index.html") | _reachable(manifest, "src/pages/DashboardPage.tsx")
        assert first
        assert not first & _files_of_staff()
        for file in first:
            text = (DIST / file).read_text()
            assert "This will be written" not in text, f"{file} holds what staff's dialogs say"
            assert "/admin/approve-kyc" not in text, f"{file} holds staff's calls"


def _reachable(manifest: dict[str, dict[str, object]], key: str) -> set[str]:
    """Return the files that are fetched before this one runs, itself included."""
    files: set[str] = set()
    waiting = [key]
    while waiting:
        chunk = manifest[waiting.pop()]
        file = str(chunk["file"])
        if file not in files:
            files.add(file)
            waiting += chunk.get("imports", [])  # type: ignore[arg-type]
    return files


def _files_of_staff() -> set[str]:
    """Return the files of staff's pages alone."""
    manifest = json.loads((DIST / ".vite" / "manifest.json").read_text())
    return {str(chunk["file"]) for key, chunk in manifest.items() if key.startswith("src/pages/admin/")}
