"""The files of the built app: one table, made by looking, so that an address can only ever name what is in it."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HASHED_PREFIX: Final = "/assets/"  # the build puts a hash of the content into these names
NONCE_MARK: Final = b"__CSP_NONCE__"
_INLINE_SCRIPT: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)

_TYPES: Final = {
    ".css": b"text/css; charset=utf-8",
    ".html": b"text/html; charset=utf-8",
    ".ico": b"image/x-icon",
    ".js": b"text/javascript; charset=utf-8",
    ".json": b"application/json",
    ".map": b"application/json",
    ".png": b"image/png",
    ".svg": b"image/svg+xml",
    ".txt": b"text/plain; charset=utf-8",
    ".webmanifest": b"application/manifest+json",
    ".webp": b"image/webp",
    ".woff2": b"font/woff2",
}
_ENCODINGS: Final = {".br": b"br", ".gz": b"gzip"}


@dataclass(frozen=True, slots=True)
class Variant:
    """One stored form of a file: as it is, or compressed."""

    path: Path
    encoding: bytes  # empty: as it is
    size_bytes: int


@dataclass(frozen=True, slots=True)
class File:
    """A file that can be asked for. `etag` is empty for a file whose name has its hash: that one never changes."""

    content_type: bytes
    variants: tuple[Variant, ...]  # best first, the plain one last
    etag: bytes

    def variant_for(self, accept_encoding: bytes) -> Variant:
        """Return the smallest stored form that the client reads."""
        accepted = _accepted(accept_encoding)
        return next((one for one in self.variants if one.encoding in accepted), self.variants[-1])


@dataclass(frozen=True, slots=True)
class Site:
    """One build of the app. `page` is index.html, cut where each response puts its nonce; empty: nothing is built.

    `scripts` names the page's own inline scripts as a policy does: by their hash, so that no other one runs.
    """

    files: Mapping[str, File]
    page: tuple[bytes, ...]
    scripts: str


def read_site(folder: Path) -> Site:
    """Look at what is built. A folder that isn't there is a site without a page.

    Links and hidden files are left out: neither is the build's.
    """
    found: dict[str, os.DirEntry[str]] = {}
    _collect(str(folder), "", found)
    index = found.pop("/index.html", None)
    html = Path(index.path).read_bytes() if index else b""
    files = {}
    for path, entry in found.items():
        suffix = os.path.splitext(path)[1]  # noqa: PTH122  (a text, not a path of this machine)
        if suffix in _TYPES:
            files[path] = _file(path, entry, found, _TYPES[suffix])
    return Site(files, tuple(html.split(NONCE_MARK)) if html else (), _named_by_hash(html))


def _named_by_hash(html: bytes) -> str:
    digests = (hashlib.sha256(script).digest() for script in _INLINE_SCRIPT.findall(html))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _file(path: str, entry: os.DirEntry[str], found: dict[str, os.DirEntry[str]], content_type: bytes) -> File:
    stored = [
        Variant(Path(found[path + suffix].path), encoding, found[path + suffix].stat().st_size)
        for suffix, encoding in _ENCODINGS.items()
        if path + suffix in found
    ]
    etag = (
        b""
        if path.startswith(HASHED_PREFIX)
        else hashlib.sha256(Path(entry.path).read_bytes()).hexdigest()[:20].encode()
    )
    return File(content_type, (*stored, Variant(Path(entry.path), b"", entry.stat().st_size)), etag)


def _collect(folder: str, prefix: str, found: dict[str, os.DirEntry[str]]) -> None:
    try:
        entries = os.scandir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir():
                _collect(entry.path, f"{prefix}/{entry.name}", found)
            else:
                found[f"{prefix}/{entry.name}"] = entry


def _accepted(header: bytes) -> set[bytes]:
    """Return the encodings that an Accept-Encoding header allows; `q=0` means not this one."""
    accepted = set()
    for part in header.lower().split(b","):
        name, _, parameters = part.partition(b";")
        quality = parameters.replace(b" ", b"").removeprefix(b"q=")
        if not quality or quality.strip(b"0."):
            accepted.add(name.strip())
    return accepted
