"""Debian's Chromium for the tests: found, or installed where that is ours to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress

import pytest

from app.engines import install
from app.engines.errors import EngineError

# Chromium without the desktop's browser around it, if it can be had: the same engine for two thirds of the processor time.
_SHELL = "chromium-headless-shell"
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

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


def missing_packages() -> list[str]:
    """Return the Debian package to install before there is a Chromium."""
    return [] if _on_path((_SHELL,)) else [_SHELL]


def _found(package: str, names: Sequence[str]) -> str | None:
    if found := _on_path(names):
        return found
    with suppress(EngineError):  # not Debian, not root, or no such package: then there is none
        install.packages([package], print)
    return _on_path(names)


def _on_path(names: Sequence[str]) -> str | None:
    return next((path for name in names if (path := shutil.which(name))), None)
