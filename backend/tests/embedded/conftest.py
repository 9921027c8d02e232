from __future__ import annotations

from pathlib import Path

import pytest

from app.embedded.home import Home
from tests.embedded.bank import copy_of, nyord


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A data folder that doesn't exist yet, with a space in its path."""
    return Home(tmp_path / "a bank")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank that was made and is stopped, for tests to copy."""
    folder = tmp_path_factory.mktemp("made") / "bank"
    done = nyord("migrate", "--data", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """The data folder of a bank of one's own, stopped, with a space in its path."""
    return copy_of(made, tmp_path / "my bank")
