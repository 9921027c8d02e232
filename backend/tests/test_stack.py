"""The stack and the layout that the specification names, as they are declared."""

from __future__ import annotations

import json
import re

import pytest

from tests.conftest import BACKEND

ROOT = BACKEND.parent
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==.+\\$", re.MULTILINE)


class TestDependencies:
    """S3.1-S3.6, S3.8: what the back end runs on, each pinned in the lock with its hash."""

    @pytest.mark.parametrize(
        "name", ["fastapi", "uvicorn", "sqlalchemy", "psycopg", "psycopg-binary", "pydantic", "celery", "websockets", "alembic"]
    )  # fmt: skip
    def test_locked(self, name: str) -> None:
        assert name in PIN.findall((ROOT / "requirements.txt").read_text())

    def test_every_pin_has_a_hash(self) -> None:
        lock = (ROOT / "requirements.txt").read_text()
        entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]
        assert len(entries) == len(PIN.findall(lock)) > 20
        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


class TestLayout:
    """S5: the root has the workspace's tasks, the back end's lock, and the documents."""

    def test_root(self) -> None:
        assert json.loads((ROOT / "package.json").read_text())["scripts"]["test"] == "./nyord test"
        assert (ROOT / "requirements.txt").is_file()
        assert (ROOT / "docs").is_dir()
