"""Building the web app: once, and again when its sources have changed.

What was built stays in place until the next build is complete, so that a gateway always has a whole app to serve.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.web import node
from app.web.api_page import add_swagger
from app.web.errors import BuildFailed

FRONTEND: Final = Path(__file__).resolve().parents[3] / "frontend"
DIST: Final = FRONTEND / "dist"
STAMP_NAME: Final = ".built-from"  # beside the files that it speaks of: they come and go together

INSTALL_SECONDS_MAX: Final = 900.0  # a slow line, and 400 packages
BUILD_SECONDS_MAX: Final = 300.0
_REASON_CHARACTERS_MAX: Final = 200
_NOT_REASONS: Final = {"code", "errno", "syscall", "path", "network"}  # how npm's error lines begin that only count

# What isn't made into the app: what is installed, what is built, what only speaks of it or tests it.
_NOT_SOURCES: Final = {"node_modules", "dist", "tests", "scripts"}
_NOT_SOURCE_ENDINGS: Final = (".md", ".test.ts", ".test.tsx", ".tsbuildinfo")


def bring_up_to_date(say: Callable[[str], None], frontend: Path = FRONTEND) -> bool:
    """See that `dist` is built from the sources as they are; return whether that took a build.

    Nothing to do costs a few milliseconds. Two that want to build at once build once.

    Raises:
        BuildFailed: it can't be done here and now. What was built before is still in place.
    """
    if not (frontend / "package.json").exists():
        if (frontend / "dist" / "index.html").exists():
            return False  # a deployment that brings the built app alone
        raise BuildFailed(f"There is no web app in {frontend}: get the whole repository again.")
    if is_current(frontend):
        return False
    if not os.access(frontend, os.W_OK):
        raise BuildFailed(f"The web app can't be built, because {frontend} is read-only: build it in a writable copy.")
    try:
        with _one_at_a_time(frontend, say):
            if is_current(frontend):  # somebody else has built it while we waited
                return False
            install_packages(say, frontend, to_check=False)
            say("Building the web app.")
            _build(frontend)
    except OSError as error:
        raise BuildFailed(
            f"The web app can't be built ({error.strerror}): check the disk's space and the permissions of {frontend}."
        ) from None
    return True


def is_current(frontend: Path = FRONTEND) -> bool:
    """Return whether what is built was made from the sources as they are now."""
    try:
        return (frontend / "dist" / STAMP_NAME).read_text() == fingerprint(frontend)
    except OSError:
        return False


def fingerprint(frontend: Path = FRONTEND) -> str:
    """Return a name for the sources: their paths and what is in them. A change of dates alone is no change."""
    digest = hashlib.sha256()
    for path in sorted(_sources(str(frontend))):
        content = Path(path).read_bytes()
        digest.update(f"{os.path.relpath(path, frontend)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def install_packages(say: Callable[[str], None], frontend: Path = FRONTEND, *, to_check: bool = True) -> None:
    """Install exactly the lock's packages, unless they are. None of their own scripts is run.

    Who only wants to build the app (`to_check=False`) gets what it is made of and with, a third of all; who checks it,
    everything.

    Raises:
        BuildFailed: the registry can't be reached, or the lock doesn't fit package.json.
    """
    stamp = frontend / "node_modules" / ".nyord.json"
    wanted = {"lock": hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest(), "to_check": to_check}
    try:
        if json.loads(stamp.read_text()) in (wanted, wanted | {"to_check": True}):
            return
    except (OSError, ValueError):
        pass
    say(f"Installing the web app's packages (once, about {'20' if to_check else '10'} seconds).")
    arguments = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error")
    chosen = () if to_check else ("--omit=dev",)
    _run("The web app's packages couldn't be installed", (*arguments, *chosen), frontend, INSTALL_SECONDS_MAX)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(json.dumps(wanted))


def _build(frontend: Path) -> None:
    """Build beside what is served, then put it in its place: nobody ever meets half an app."""
    new, old, dist = frontend / ".dist-new", frontend / ".dist-old", frontend / "dist"
    built_from = fingerprint(frontend)
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    arguments = ("run", "build", "--silent", "--", "--outDir", str(new), "--emptyOutDir")
    _run("The web app couldn't be built", arguments, frontend, BUILD_SECONDS_MAX)
    if not (new / "index.html").exists():
        raise BuildFailed("The web app's build made no index.html: run `./nyord web build` to see why.")
    add_swagger(frontend / "node_modules", new)
    (new / STAMP_NAME).write_text(built_from)
    if dist.exists():
        dist.rename(old)
    new.rename(dist)
    shutil.rmtree(old, ignore_errors=True)


def _run(what_failed: str, arguments: tuple[str, ...], frontend: Path, seconds_max: float) -> None:
    try:
        done = subprocess.run(
            node.npm(*arguments), cwd=frontend, env=node.environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
            timeout=seconds_max,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise BuildFailed(
            f"{what_failed} within {seconds_max:.0f} seconds: check the network and try `./nyord web build`."
        ) from None
    if done.returncode != 0:
        raise BuildFailed(f"{what_failed} ({_reason(done.stdout)}): `./nyord web build` shows all of it.", done.stdout)


def _reason(output: str) -> str:
    """Return the line of npm's output that says most: the first sentence about an error, else the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("npm error").strip() for line in lines if "error" in line.lower()]
    telling = [line for line in errors if line and line.split()[0] not in _NOT_REASONS]
    return (telling or lines[-1:] or ["it said nothing"])[0][:_REASON_CHARACTERS_MAX].rstrip(".: ")


def _sources(folder: str) -> Iterator[str]:
    """Walk the sources. By scandir: the fingerprint is on the way of every start."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name in _NOT_SOURCES:
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _sources(entry.path)
            elif entry.is_file() and not entry.name.endswith(_NOT_SOURCE_ENDINGS):
                yield entry.path


@contextmanager
def _one_at_a_time(frontend: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Let one build at a time. The folder itself is the lock, so nothing is left behind."""
    folder = os.open(frontend, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another ./nyord is building the web app; waiting for it.")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
