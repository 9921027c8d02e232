"""The app on the API's origin: which requests are the app's, and what they are answered.

Addresses are shared: `/accounts` is a page to a browser that navigates there and JSON to a program. What is asked for
decides (`Accept`), so that a reload or a link in a message opens the page.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.types import Scope, Send

from app.edge.middleware import TRANSPORT_SECURITY
from app.web import api_page
from app.web.files import HASHED_PREFIX, File, Site, Variant, read_site

POLICY: Final = (
    "default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'; "
    "manifest-src 'self'; worker-src 'self'"
)
SERVICE_WORKER_PATH: Final = "/sw.js"
API_PAGE_PATHS: Final = ("/docs", "/redoc")
# What a person may open in a browser and still mean the machine.
_NEVER_PAGES: Final = ("/openapi.json", "/health", "/metrics")

_NONCE_BYTES = 16
_NOT_BUILT = b"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Nyord</title>
<h1>The bank is open, its web app isn't built</h1>
<p>Run <code>./nyord web build</code>: it builds the app, or says what keeps it from that. Then reload this page.</p>
<p>The API answers meanwhile: <a href="/openapi.json">what it can do</a>.</p>
</html>
"""

Headers = tuple[tuple[bytes, bytes], ...]

_FOR_ALL: Final[Headers] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_FOR_PAGES: Final[Headers] = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),  # every answer has a nonce of its own
    (b"vary", b"Accept"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"),
)
_MISSING: Final = b"There is no such file in this build of the app.\n"
_FOR_MISSING: Final[Headers] = (
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"content-length", b"%d" % len(_MISSING)),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request for the app is answered: a text, or a file that is read when it is sent."""

    status: int
    headers: Headers
    body: bytes | Path = b""

    async def send(self, send: Send, *, head: bool) -> None:
        """Send it; to a HEAD without its body."""
        status, headers, body = self.status, self.headers, b""
        if not head:
            try:
                # In a thread: transfers are accepted in this event loop, and none of them waits for a disk.
                body = self.body if isinstance(self.body, bytes) else await asyncio.to_thread(self.body.read_bytes)
            except FileNotFoundError:  # a new build took its place just now
                status, headers, body = 404, _FOR_MISSING, _MISSING
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})


class WebApp:
    """The built app in `folder`, or a page that says that there is none. `secure` says that the bank is on TLS only."""

    def __init__(self, folder: Path, *, secure: bool = False) -> None:
        self._folder = folder
        self._index = str(folder / "index.html")
        self._built = self._signature()
        self._site = read_site(folder)
        self._for_all = (*_FOR_ALL, TRANSPORT_SECURITY) if secure else _FOR_ALL

    def reply_to(self, scope: Scope) -> Reply | None:
        """Return the answer to a request for the app, or None: it is the API's."""
        path = scope["path"]
        if scope["method"] not in ("GET", "HEAD"):
            return None
        if path in self._site.files or path.startswith(HASHED_PREFIX):
            return self._file(path, scope)
        if path in ("/", "/index.html"):
            return self._page()
        if b"text/html" not in _header(scope, b"accept") or path.startswith(_NEVER_PAGES):
            return None
        return self._api_page() if path in API_PAGE_PATHS else self._page()

    def _page(self) -> Reply:
        site = self._current()
        if not site.page:
            return self._html(503, "default-src 'none'; frame-ancestors 'none'", _NOT_BUILT)
        nonce = secrets.token_urlsafe(_NONCE_BYTES)
        return self._html(200, POLICY.format(nonce=nonce, scripts=site.scripts), nonce.encode().join(site.page))

    def _api_page(self) -> Reply:
        if api_page.SCRIPT_PATH not in self._current().files:
            return self._html(503, "default-src 'none'; frame-ancestors 'none'", _NOT_BUILT)
        nonce = secrets.token_urlsafe(_NONCE_BYTES)
        return self._html(200, api_page.POLICY.format(nonce=nonce), api_page.api_page(nonce))

    def _html(self, status: int, policy: str, body: bytes) -> Reply:
        own = ((b"content-security-policy", policy.encode()), (b"content-length", b"%d" % len(body)))
        return Reply(status, (*self._for_all, *_FOR_PAGES, *own), body)

    def _file(self, path: str, scope: Scope) -> Reply:
        file = self._current().files.get(path)
        if file is None:
            # Never the page: who asks for a script of an earlier build must not be given HTML to run.
            return Reply(404, (*self._for_all, *_FOR_MISSING), _MISSING)
        variant = file.variant_for(_header(scope, b"accept-encoding"))
        headers = self._file_headers(path, file, variant)
        if file.etag and _matches(_header(scope, b"if-none-match"), file.etag):
            return Reply(304, headers)
        return Reply(200, (*headers, (b"content-length", b"%d" % variant.size_bytes)), variant.path)

    def _file_headers(self, path: str, file: File, variant: Variant) -> Headers:
        headers = [*self._for_all, (b"content-type", file.content_type)]
        if path.startswith(HASHED_PREFIX):
            headers.append((b"cache-control", b"public, max-age=31536000, immutable"))
        else:
            headers += [(b"cache-control", b"no-cache"), (b"etag", _etag(file, variant))]
        if len(file.variants) > 1:
            headers.append((b"vary", b"Accept-Encoding"))
        if variant.encoding:
            headers.append((b"content-encoding", variant.encoding))
        if path == SERVICE_WORKER_PATH:
            # What the worker itself may fetch and import: our own origin alone.
            headers += [(b"service-worker-allowed", b"/"), (b"content-security-policy", b"default-src 'self'")]
        return tuple(headers)

    def _current(self) -> Site:
        """Return the site as it is built now: a build beside the running bank counts from the next request on."""
        signature = self._signature()
        if signature != self._built:
            self._built = signature
            self._site = read_site(self._folder)
        return self._site

    def _signature(self) -> tuple[int, int]:
        try:
            found = os.stat(self._index)  # noqa: PTH116  (asked with every file: twice as quick as a Path's)
        except OSError:
            return (0, 0)
        return (found.st_ino, found.st_mtime_ns)


def _header(scope: Scope, name: bytes) -> bytes:
    return b",".join(value for key, value in scope["headers"] if key == name)


def _etag(file: File, variant: Variant) -> bytes:
    # Strong tags differ per encoding: the bytes do (RFC 9110 section 8.8.3).
    return b'"%s%s"' % (file.etag, b"-" + variant.encoding if variant.encoding else b"")


def _matches(if_none_match: bytes, etag: bytes) -> bool:
    """Return whether the client has this content, in whichever encoding it was sent."""
    return etag in if_none_match or if_none_match.strip() == b"*"
