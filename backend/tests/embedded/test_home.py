from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.embedded import home as home_module
from app.embedded.errors import BankAlreadyRunning, HomeError, home_error
from app.embedded.home import FORMAT, Home, RunInfo, default_path, write_private

BACKEND = Path(__file__).parents[2]
# Owns the folder, says so, and keeps it until its standard input ends.
OWNER = """
import sys
from app.embedded.home import Home
with Home(sys.argv[1]).owned():
    print("mine", flush=True)
    sys.stdin.read()
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class TestDefaultPath:
    def test_xdg_data_home_is_honoured(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("XDG_DATA_HOME", "/srv/data")
        assert default_path() == Path("/srv/data/nyord")

    @pytest.mark.parametrize("value", ["", "relative/path"])
    def test_without_a_valid_one_it_is_the_standard_place(self, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("XDG_DATA_HOME", value)
        assert default_path() == Path.home() / ".local" / "share" / "nyord"

    def test_macos_has_a_place_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "darwin")
        assert default_path() == Path.home() / "Library" / "Application Support" / "nyord"


class TestOwned:
    def test_a_new_folder_is_private_and_says_what_it_is(self, home: Home) -> None:
        with home.owned():
            assert mode(home.path) == 0o700
            assert mode(home.logs) == 0o700
            assert json.loads((home.path / "version").read_text()) == {"format": FORMAT, "postgresql": 18}

    def test_two_owners_at_once_are_refused_in_one_sentence(self, home: Home) -> None:
        with home.owned(), pytest.raises(BankAlreadyRunning, match="Another Nyord command is using"), home.owned():
            pass

    def test_a_running_bank_is_named_at_once_whatever_the_patience(self, home: Home) -> None:
        info = RunInfo(1, "127.0.0.1", 8001, "postgresql://", "now")
        refused = pytest.raises(BankAlreadyRunning, match=r"http://127\.0\.0\.1:8001")
        with home.owned(), home.announced(info), refused, home.owned(patience_seconds=60):
            pass

    def test_who_waits_gets_its_turn(self, home: Home) -> None:
        owner = subprocess.Popen(
            [sys.executable, "-P", "-c", OWNER, str(home.path)],
            env={**os.environ, "PYTHONPATH": str(BACKEND)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert owner.stdin is not None and owner.stdout is not None
        assert owner.stdout.readline() == b"mine\n"
        with pytest.raises(BankAlreadyRunning), home.owned():
            pass
        owner.stdin.close()
        with home.owned(patience_seconds=10):
            assert owner.wait(10) == 0
        owner.stdout.close()

    def test_an_owner_that_was_killed_lets_go(self, home: Home) -> None:
        owner = subprocess.Popen(
            [sys.executable, "-P", "-c", OWNER, str(home.path)],
            env={**os.environ, "PYTHONPATH": str(BACKEND)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert owner.stdin is not None and owner.stdout is not None
        with owner.stdin, owner.stdout:
            assert owner.stdout.readline() == b"mine\n"
            owner.kill()
            owner.wait()
            with home.owned():
                pass

    @pytest.mark.parametrize("found", [{"format": FORMAT + 1, "postgresql": 18}, {"format": FORMAT, "postgresql": 19}])
    def test_a_newer_version_s_folder_is_left_alone(self, home: Home, found: dict[str, int]) -> None:
        home.path.mkdir()
        write_private(home.path / "version", found)
        with pytest.raises(HomeError, match="belongs to a newer version of Nyord: update this program"), home.owned():
            pass
        assert json.loads((home.path / "version").read_text()) == found

    def test_an_older_postgresql_s_data_is_left_alone(self, home: Home) -> None:
        home.path.mkdir()
        write_private(home.path / "version", {"format": FORMAT, "postgresql": 17})
        with pytest.raises(HomeError, match="holds PostgreSQL 17 data"), home.owned():
            pass

    def test_a_damaged_version_is_one_sentence(self, home: Home) -> None:
        home.path.mkdir()
        (home.path / "version").write_text("eighteen")
        with pytest.raises(HomeError, match="is damaged"), home.owned():
            pass

    def test_somebody_s_own_folder_is_not_touched(self, home: Home) -> None:
        home.path.mkdir()
        (home.path / "thesis.tex").write_text("x")
        with pytest.raises(HomeError, match="isn't a Nyord data folder"), home.owned():
            pass
        assert [entry.name for entry in home.path.iterdir()] == ["thesis.tex"]

    def test_another_user_s_folder_is_not_touched(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        home.path.mkdir()
        monkeypatch.setattr(os, "geteuid", lambda: home.path.stat().st_uid + 1)
        with pytest.raises(HomeError, match="belongs to another user"), home.owned():
            pass
        assert list(home.path.iterdir()) == []

    def test_a_folder_that_others_could_write_in_is_made_private(self, home: Home) -> None:
        home.path.mkdir()
        home.path.chmod(0o777)
        with home.owned():
            assert stat.S_IMODE(home.path.stat().st_mode) == 0o700

    @pytest.mark.parametrize("name", ["lock", "version.new"])
    def test_what_it_writes_is_never_somebody_else_s_file(self, home: Home, tmp_path: Path, name: str) -> None:
        victim = tmp_path / "victim"
        victim.write_text("mine")
        home.path.mkdir()
        (home.path / name).symlink_to(victim)
        with pytest.raises(HomeError), home.owned():
            pass
        assert victim.read_text() == "mine"

    def test_a_file_in_the_place_of_the_folder_is_one_sentence(self, home: Home) -> None:
        home.path.write_text("x")
        with pytest.raises(HomeError, match="is not a folder"), home.owned():
            pass

    def test_a_full_disk_is_one_sentence(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(home_module, "FREE_BYTES_NEW", 10**18)
        with pytest.raises(HomeError, match=r"The disk under .* is full: \d+ MB are free"), home.owned():
            pass


class TestHomeError:
    @pytest.mark.parametrize(
        ("number", "says"),
        [(errno.ENOSPC, "is full"), (errno.EACCES, "can't be written to"), (errno.EROFS, "can't be written to")],
    )
    def test_the_system_s_reason_becomes_the_next_step(self, number: int, says: str) -> None:
        sentence = str(home_error(OSError(number, "x"), Path("/data")))
        assert says in sentence and "--data" in sentence and "/data" in sentence

    def test_an_unusual_reason_is_told_in_the_system_s_words(self) -> None:
        assert os.strerror(errno.EIO) in str(home_error(OSError(errno.EIO, "x"), Path("/data")))


class TestSecrets:
    def test_made_once_and_only_for_the_owner(self, home: Home) -> None:
        with home.owned():
            first = home.secrets()
            assert home.secrets() == first
            assert mode(home.path / "secrets.json") == 0o600
        assert Home(home.path).secrets() == first
        assert len(first.jwt_secret.encode()) >= 32

    def test_two_banks_share_none(self, home: Home, tmp_path: Path) -> None:
        other = Home(tmp_path / "other")
        with home.owned(), other.owned():
            assert home.secrets().jwt_secret != other.secrets().jwt_secret
            assert home.secrets().database_password != other.secrets().database_password

    def test_a_damaged_file_is_one_sentence_and_is_kept(self, home: Home) -> None:
        with home.owned():
            (home.path / "secrets.json").write_text("{")
            with pytest.raises(HomeError, match="is damaged"):
                home.secrets()
            assert (home.path / "secrets.json").read_text() == "{"


class TestRunning:
    def test_no_folder_no_bank_and_no_folder_made(self, home: Home) -> None:
        assert home.running() is None
        assert not home.path.exists()

    def test_asking_leaves_somebody_s_folder_as_it_is(self, home: Home) -> None:
        home.path.mkdir()
        (home.path / "thesis.tex").write_text("x")
        assert home.running() is None
        assert [entry.name for entry in home.path.iterdir()] == ["thesis.tex"]

    def test_a_path_that_can_t_be_is_one_sentence(self) -> None:
        endless = Home("/" + "a" * 300)
        for ask in (endless.running, endless.exists):
            with pytest.raises(HomeError, match=r"can't be used .*: choose another with --data"):
                ask()
        with pytest.raises(HomeError, match=r"~nosuchuser/bank is in .*: choose another with --data"):
            Home("~nosuchuser/bank")

    def test_the_lock_is_the_truth_not_the_file(self, home: Home) -> None:
        info = RunInfo(4711, "0.0.0.0", 8000, "postgresql://x", "now")
        with home.owned():
            write_private(home.run_file, {**info.__dict__})
        assert home.running() is None, "a run.json that a killed bank left"
        with home.owned():
            assert home.running() is None, "nor while a command owns the folder"
        with home.owned(), home.announced(info):
            assert home.running() == info
            assert mode(home.run_file) == 0o600, "it holds the database's password"
            assert info.address == "http://127.0.0.1:8000"
        assert not home.run_file.exists()
