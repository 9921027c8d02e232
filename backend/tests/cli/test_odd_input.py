"""What nobody should type, typed: one sentence each, and never a traceback."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.embedded.bank import command, environment, nyord

pytestmark = pytest.mark.slow

LATIN = b"Zo\xeb\n"
CREATE = ("admin", "create", "zoe", "--email", "z@example.com")
HASH = "0" * 64


def is_one_sentence(done: subprocess.CompletedProcess[str], *says: str, code: int = 1) -> None:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1 or code == 2, done.stderr
    for words in says:
        assert words in done.stdout + done.stderr


def typed(*arguments: str | bytes, stdin: bytes | None = b"", **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command with bytes that needn't be text; None: without any standard input."""
    line: list[str | bytes] = [*command(), *arguments]
    if stdin is None:
        line = ["/bin/sh", "-c", 'exec "$@" <&-', "sh", *line]
    done = subprocess.run(
        line, env=environment(**more), input=stdin or b"", capture_output=True, check=False, timeout=120
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")
    )


class TestFolders:
    @pytest.mark.parametrize("name", ["status", "verify"])
    @pytest.mark.parametrize("folder", ["~nosuchuser/bank", "a" * 300])
    def test_one_that_can_t_be(self, name: str, folder: str) -> None:
        is_one_sentence(nyord(name, "--data", folder), "choose another", "--data")

    def test_documents_that_can_t_be_written(self) -> None:
        is_one_sentence(nyord("events", "--write", "/dev/null/x"), "/dev/null/x can't be written to", "--write")


class TestBounds:
    """Wrong usage, whatever the bank: the same bounds as the API's."""

    @pytest.mark.parametrize("letter", ["99999999999999999999", "0"])
    def test_no_dead_letter_has_such_a_number(self, letter: str, tmp_path: Path) -> None:
        for arguments in (("replay", letter), ("give-up", letter, "--reason", "obsolete")):
            done = nyord("dead-letters", *arguments, "--data", tmp_path / "typo")
            is_one_sentence(done, "Invalid value for 'ID'", code=2)

    @pytest.mark.parametrize("reason", ["", "no", "x" * 5_000])
    def test_a_reason_has_the_api_s_length(self, reason: str, tmp_path: Path) -> None:
        done = nyord("dead-letters", "give-up", "1", "--reason", reason, "--data", tmp_path / "typo")
        is_one_sentence(done, "3 to 300 characters", code=2)

    def test_a_reason_is_one_line_as_for_the_api(self, tmp_path: Path) -> None:
        done = nyord("dead-letters", "give-up", "1", "--reason", "\u202esold", "--data", tmp_path / "typo")
        is_one_sentence(done, "one line of text", code=2)

    @pytest.mark.parametrize(
        ("name", "email", "says"),
        [
            ("", "z@example.com", "Invalid value for NAME"),
            ("z" * 5_000, "z@example.com", "Invalid value for NAME"),
            ("zoe", "nowhere", "Invalid value for --email"),
        ],
        ids=["nobody", "endless", "no address"],
    )
    def test_staff_have_names_as_customers_have(self, name: str, email: str, says: str, tmp_path: Path) -> None:
        done = nyord("admin", "create", name, "--email", email, "--password-stdin", "--data", tmp_path / "typo")
        is_one_sentence(done, says, code=2)


class TestText:
    def test_no_standard_input(self, tmp_path: Path) -> None:
        folder = str(tmp_path / "typo")
        is_one_sentence(typed(*CREATE, "--password-stdin", "--data", folder, stdin=None), "standard input is closed")
        is_one_sentence(typed(*CREATE, "--data", folder, stdin=None), "There is no terminal")

    @pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
    def test_a_password_that_isn_t_utf_8(self, locale: str, tmp_path: Path) -> None:
        folder = str(tmp_path / "typo")
        done = typed(*CREATE, "--password-stdin", "--data", folder, stdin=LATIN, LC_ALL=locale)
        is_one_sentence(done, "The password isn't UTF-8")

    @pytest.mark.parametrize(
        "arguments",
        [("admin", "create", b"zo\xeb", "--email", "z@example.com", "--password-stdin"), ("status", "--data", b"/tmp/zo\xeb")],
        ids=["name", "folder"],
    )  # fmt: skip
    def test_an_argument_that_isn_t_utf_8(self, arguments: tuple[str | bytes, ...]) -> None:
        is_one_sentence(typed(*arguments, stdin=b"correct horse battery staple\n"), "isn't UTF-8")


@pytest.mark.slow
class TestHeads:
    @pytest.mark.parametrize("head", ["x", f"99999999999999999999999:{HASH}", f"3:{HASH}0"])
    def test_one_that_is_none(self, head: str, database: str, tmp_path: Path) -> None:
        done = nyord("verify", "--trusted-head", head, DATABASE_URL=database, XDG_DATA_HOME=str(tmp_path))
        is_one_sentence(done, "A head is a block's number, a colon and 64 hexadecimal digits")
