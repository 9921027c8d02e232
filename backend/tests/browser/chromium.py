"""Debian's Chromium for the tests: found, or installed where that is ours to do."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

# Chromium without the desktop's browser around it, if it can be had: the same engine for two thirds of the processor time.
_SHELL = "chromium-headless-shell"
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_INSTALL_SECONDS_MAX = 300


NO_CHROMIUM = "There is no Chromium here: install it (on Debian: `sudo apt install chromium`)."


def find_chromium() -> str | None:
    """Return the path of Chromium, installed by apt if root lacks it; None where it can't be had."""
    return _found(_SHELL, (_SHELL,)) or _found("chromium", _NAMES)


def chromium_or_skip() -> str:
    """Return the path of Chromium. Without one the test is skipped; in continuous integration it fails."""
    found = find_chromium()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(NO_CHROMIUM, pytrace=False)
        pytest.skip(NO_CHROMIUM)
    return found


def arguments() -> list[str]:
    """Return what Chromium needs to be told in containers and as root."""
    return ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def _found(package: str, names: Sequence[str]) -> str | None:
    if found := _on_path(names):
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _install(package, names)
    return _on_path(names)


def _on_path(names: Sequence[str]) -> str | None:
    return next((path for name in names if (path := shutil.which(name))), None)


def _install(package: str, names: Sequence[str]) -> None:
    """Install it, once for all of the run's processes."""
    with (Path(tempfile.gettempdir()) / "nyord-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _on_path(names):
            return
        quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", package]):
            try:
                done = subprocess.run(
                    command, env=quietly, capture_output=True, stdin=subprocess.DEVNULL, check=False,
                    timeout=_INSTALL_SECONDS_MAX,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                return
            if done.returncode != 0:
                return
