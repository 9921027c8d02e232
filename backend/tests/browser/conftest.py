"""One demo bank and one Chromium for the package; people, and a visit for whoever a test needs."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from app.web.build import bring_up_to_date
from app.web.errors import BuildFailed
from tests.browser import chromium
from tests.browser.people import People, Person
from tests.browser.visit import Visit, session_of, visit
from tests.embedded.bank import Bank, bank, copy_of

HERE = Path(__file__).parent
OpenVisit = Callable[..., Visit]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in a browser is slow; said once, before `-m` is looked at.

    On a machine that does other things, too, a browser may be late for a step. Such a test is tried once more, and the end of
    the run names it (-rR): a name that comes back is a defect.
    """
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.flaky(reruns=1))


# Scoped to the package: Playwright's event loop runs in the test's own thread until it is stopped, and the tests of
# other rooms want one of their own.


@pytest.fixture(scope="package")
def chromium_path() -> str:
    """Where Chromium is; without one the tests are skipped (fail, in continuous integration)."""
    return chromium.chromium_or_skip()


@pytest.fixture(scope="package")
def playwright(chromium_path: str) -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright, chromium_path: str) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=chromium_path, args=chromium.arguments())
    yield launched
    launched.close()


@pytest.fixture(scope="package")
def running_bank(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    """`nyord up` with the demo people, serving the app as it is in the checkout."""
    try:
        bring_up_to_date(lambda text: None)
    except BuildFailed as error:
        pytest.fail(f"{error}\n{error.output}", pytrace=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RATE_LIMIT_ENABLED", "false")  # more people sign up here in a minute than a bank sees in a day
        with bank(copy_of(demo_bank(tmp_path_factory), tmp_path_factory.mktemp("browser") / "bank")) as running:
            yield running


def demo_bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a stopped bank with the demo people, made once for all of the run's processes."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    made = shared / "demo-bank"
    with (shared / "demo-bank.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            with bank(shared / "demo-bank-in-the-making", "--demo"):
                pass
            (shared / "demo-bank-in-the-making").rename(made)
    return made


@pytest.fixture(scope="package")
def address(running_bank: Bank) -> str:
    """Where the bank is, for a browser."""
    return f"http://127.0.0.1:{running_bank.port}"


@pytest.fixture(scope="package")
def people(address: str) -> Iterator[People]:
    """Makes customers of the running bank; `people.admin`, `people.asha` and `people.rohan` are the demo's."""
    made = People(address)
    yield made
    made.close()


@pytest.fixture
def open_visit(browser: Browser, address: str, people: People) -> Iterator[OpenVisit]:
    """Open visits: `open_visit(person, device="phone", theme="dark", language="hi")`.

    At the end of the test a console error, a violation of the security policy or a request to a third party fails it.
    """
    with ExitStack() as stack:
        opened: list[Visit] = []

        def open_one(person: Person | None = None, **habits: object) -> Visit:
            session = session_of(people, person)
            opened.append(stack.enter_context(visit(browser, address, session=session, **habits)))  # type: ignore[arg-type]
            return opened[-1]

        yield open_one
        problems = [problem for one in opened for problem in one.unforgiven()]
    assert problems == []
