"""A visit: one browser context on the bank, as somebody, on a device, in a theme; and what must never happen in one."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.browser.people import Person

DEVICES: Final[dict[str, dict[str, Any]]] = {
    "phone": {
        "viewport": {"width": 360, "height": 740},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
    "tablet": {"viewport": {"width": 768, "height": 1024}, "has_touch": True},
    "desktop": {"viewport": {"width": 1440, "height": 900}},
}
THEMES: Final = ("light", "dark")
PATIENCE_MS: Final = 10_000
_TOKEN_MS: Final = 900_000

# A violation is told where the watcher hears it, with what was blocked: Chromium's own line names less.
_TELL_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`CSP: ${event.violatedDirective} blocked ${event.blockedURI || 'inline'} in ${event.sourceFile}`))
"""
# Playwright's own "networkidle" waits half a second each time.
_COUNT_QUESTIONS = """
{
  const ask = window.fetch
  window.unanswered = 0
  window.fetch = (...question) => {
    window.unanswered += 1
    return ask(...question).finally(() => { window.unanswered -= 1 })
  }
}
"""
_SETTLED_FOR_MS: Final = 100  # whatever follows an answer (an effect, another question) has begun by then
_SETTLED = """
(least) => {
  const isAtRest = document.fonts.status === 'loaded'
    && window.unanswered === 0
    && document.querySelector('main h1')
    && !document.querySelector('main :is(.skeleton, [aria-busy="true"])')
    && document.getAnimations().every((animation) => animation.playState !== 'running')
  const since = isAtRest ? (window.atRestSince ?? performance.now()) : undefined
  const hasSettled = isAtRest && performance.now() - since >= least
  window.atRestSince = hasSettled ? undefined : since
  return hasSettled
}
"""


class Visit:
    """One person's browser. `problems` fills by itself; the end of the visit fails the test if there are any."""

    def __init__(self, address: str, context: BrowserContext) -> None:
        self.address = address
        self.context = context
        self.problems: list[str] = []
        self.asked: list[str] = []  # every request, by its path
        self._forgiven: list[str] = []
        context.add_init_script(_TELL_VIOLATIONS)
        context.add_init_script(_COUNT_QUESTIONS)
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.problems.append(f"uncaught: {error.error}"))
        context.on("request", self._watch)
        self.page = context.new_page()

    def go(self, path: str) -> Page:
        """Open a page and wait until it is there: content, fonts, and nothing moving."""
        self.page.goto(self.address + path)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the page is at rest."""
        self.page.wait_for_function(_SETTLED, arg=_SETTLED_FOR_MS)

    def forgive(self, pattern: str) -> None:
        """Let console errors that match the pattern pass: a wrong password is a 401, and Chromium reports those."""
        self._forgiven.append(pattern)

    def hears(self, pattern: str, seconds: float = 5) -> bool:
        """Return whether such a problem turns up in time, and take it off the list: it was meant to happen."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            heard = [problem for problem in self.problems if re.search(pattern, problem)]
            if heard:
                self.problems = [problem for problem in self.problems if problem not in heard]
                return True
            self.page.wait_for_timeout(50)  # Playwright hears only while it is asked to wait
        return False

    def unforgiven(self) -> list[str]:
        """Return what happened that must not."""
        return [problem for problem in self.problems if not any(re.search(one, problem) for one in self._forgiven)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "").removeprefix(self.address)
            self.problems.append(f"console: {message.text} ({where})")

    def _watch(self, request: Request) -> None:
        self.asked.append(request.url.removeprefix(self.address))
        if not request.url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:", "about:")):
            self.problems.append(f"third party: {request.url}")


def faces(page: Page) -> set[str]:
    """Return which faces the page's headings, words and buttons are drawn in, whatever its style asks for."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    found = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "#root :is(h1, h2, p, button, a, label)"})
    fonts = [
        font
        for node in found["nodeIds"]
        for font in session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    ]
    session.detach()
    return {font["familyName"] for font in fonts}


@contextmanager
def visit(
    browser: Browser, address: str, *, device: str = "desktop", theme: str = "light", language: str = "en",
    session: tuple[str, list[dict[str, Any]]] | None = None, **options: Any,
) -> Iterator[Visit]:  # fmt: skip
    """Open a context as a visitor with these habits, signed in if there is a session, and close it at the end.

    Service workers are off unless `service_workers="allow"`, and motion is reduced: most tests want neither.
    """
    remembered = {"nyord.theme": theme, "nyord.language": language}
    if session is not None:
        remembered |= {"token": session[0], "nyord.tokenUntil": str(int(time.time() * 1000) + _TOKEN_MS)}
    state = {
        "cookies": session[1] if session else [],
        "origins": [
            {
                "origin": address,
                "localStorage": [{"name": name, "value": value} for name, value in remembered.items()],
            }
        ],
    }
    habits: dict[str, Any] = {
        "locale": "hi-IN" if language == "hi" else "en-IN",
        "timezone_id": "Asia/Kolkata",
        "color_scheme": theme,
        "reduced_motion": "reduce",
        "service_workers": "block",
        "storage_state": state,
    }
    context = browser.new_context(**{**DEVICES[device], **habits, **options})
    try:
        yield Visit(address, context)
    finally:
        context.close()


def session_of(people: Any, person: Person | None) -> tuple[str, list[dict[str, Any]]] | None:
    """Return a session of the person for `visit`; nobody has none."""
    return people.sign_in(person) if person is not None else None
