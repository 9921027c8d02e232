from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.web.serve import WebApp

INLINE = "document.documentElement.lang = 'hi'"
INDEX = (
    '<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__"><style nonce="__CSP_NONCE__">p {}</style>'
    f'<script>{INLINE}</script><script src="/assets/app-1a2b.js"></script>'
)
SCRIPT = "console.log('a calm morning over deep water')\n" * 20
NAVIGATION = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@dataclass
class Answer:
    """What an ASGI app sent."""

    status: int
    headers: dict[str, str]
    body: bytes


Ask = Callable[..., Answer]


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A small built app, with a secret beside it that nobody may be given."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (folder / "sw.js").write_text("self.skipWaiting()")
    (folder / "manifest.webmanifest").write_text('{"name": "Nyord"}')
    (folder / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    script = folder / "assets" / "app-1a2b.js"
    script.write_text(SCRIPT)
    (folder / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (folder / "assets" / "app-1a2b.js.br").write_bytes(b"not really brotli, but shorter")
    (folder / ".built-from").write_text("a fingerprint")
    (tmp_path / "secret.txt").write_text("for nobody")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "way-out").symlink_to(tmp_path, target_is_directory=True)
    return folder


def ask_app(app: Any, path: str, method: str, **headers: str) -> Answer:
    """Ask an ASGI app for a path exactly as it stands, which a client's library would tidy up first."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], answered, b"".join(message.get("body", b"") for message in sent[1:]))


@pytest.fixture
def ask(dist: Path, gateway: Any, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask the whole gateway, with the small app in place of ours."""
    monkeypatch.setattr(gateway, "web", WebApp(dist))

    def ask(path: str, method: str = "GET", **headers: str) -> Answer:
        return ask_app(gateway, path, method, **headers)

    return ask
