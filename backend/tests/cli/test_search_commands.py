"""C17: `nyord reindex` and `nyord search-check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.embedded.bank import nyord


class TestHelp:
    @pytest.mark.parametrize("command", ["reindex", "search-check"])
    def test_every_command_has_help(self, command: str) -> None:
        done = nyord(command, "--help")
        assert done.returncode == 0
        assert "Usage: nyord" in done.stdout


@pytest.mark.slow
class TestAStoppedBank:
    def test_missing_then_built_then_the_same(self, folder: Path) -> None:
        missing = nyord("search-check", "--data", folder)
        assert missing.returncode == 1
        assert "`./nyord reindex` builds it" in missing.stdout
        unknown = nyord("reindex", "--index", "money", "--data", folder)
        assert unknown.returncode == 1
        assert "There is no index 'money'" in unknown.stderr
        done = nyord("reindex", "--data", folder, "--json")
        assert done.returncode == 0, done.stderr
        assert [one["name"] for one in json.loads(done.stdout)["indexes"]] == ["transactions", "customers", "audit"]
        assert (folder / "search" / "transactions" / "live").exists()
        same = nyord("search-check", "--thorough", "--data", folder, "--json")
        assert same.returncode == 0, same.stdout
        assert {one["state"] for one in json.loads(same.stdout)["indexes"]} == {"ok"}
