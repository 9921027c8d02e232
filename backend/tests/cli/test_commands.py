from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.embedded.home import Home
from app.embedded.postgres import EmbeddedPostgres
from tests.conftest import BACKEND, JWT_SECRET, read_only
from tests.embedded.bank import bank, environment, free_port, nyord, processes_naming

PASSWORD = "correct horse battery staple"
COMMANDS = [
    "up",
    "migrate",
    "seed",
    "verify",
    "status",
    "psql",
    "dump",
    "restore",
    "test",
    "openapi",
    "screens",
    "web",
    "web build",
    "admin",
    "admin create",
    "admin unlock",
    "dead-letters",
    "dead-letters list",
]
SAY_THE_KEY = """
from app.cli_support import bank_settings
from app.config import get_settings
with bank_settings(None):
    print(get_settings().jwt_secret.get_secret_value())
"""


class TestHelp:
    @pytest.mark.parametrize("command", ["", *COMMANDS])
    def test_every_command_has_help(self, command: str) -> None:
        done = nyord(*command.split(), "--help")
        assert done.returncode == 0
        assert "Usage: nyord" in done.stdout

    def test_wrong_usage_is_2(self) -> None:
        assert nyord("up", "--prot", "1").returncode == 2
        assert nyord("nonsense").returncode == 2
        assert nyord("up", "--port", "70000").returncode == 2


class TestWithoutABank:
    @pytest.mark.parametrize("command", [["verify"], ["psql", "-c", "SELECT 1"], ["dump", "x"], ["status"]])
    def test_one_sentence_and_no_folder(self, command: list[str], tmp_path: Path) -> None:
        done = nyord(*command, "--data", tmp_path / "typo")
        assert done.returncode == 1
        assert "There is no bank in" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "typo").exists()


@pytest.mark.slow
class TestAStoppedBank:
    """Without a running bank a command starts PostgreSQL for itself, and stops it."""

    def test_one_command_after_the_other(self, folder: Path) -> None:
        status = nyord("status", "--data", folder, "--json")
        assert (status.returncode, json.loads(status.stdout)["running"]) == (1, False)

        newest = ScriptDirectory.from_config(Config(BACKEND / "alembic.ini")).get_current_head()
        migrate = nyord("migrate", "--data", folder, "--json")
        assert (migrate.returncode, json.loads(migrate.stdout)["revision"]) == (0, newest)

        verify = nyord("verify", "--data", folder, "--json")
        assert (verify.returncode, json.loads(verify.stdout)["ok"]) == (0, True)
        assert nyord("verify", "--data", folder).stdout.startswith("The books hold: ")

        admin = nyord(
            "admin",
            "create",
            "asha",
            "--email",
            "a@example.com",
            "--password-stdin",
            "--data",
            folder,
            "--json",
            stdin=f"{PASSWORD}\n",
        )
        assert (admin.returncode, json.loads(admin.stdout)["role"]) == (0, "admin")
        again = nyord(
            "admin",
            "create",
            "Asha",
            "--email",
            "b@example.com",
            "--password-stdin",
            "--data",
            folder,
            stdin=f"{PASSWORD}\n",
        )
        assert again.returncode == 1
        assert len(again.stderr.splitlines()) == 1

        unlock = nyord("admin", "unlock", "ASHA", "--data", folder)
        assert (unlock.returncode, unlock.stdout) == (0, "asha wasn't locked out.\n")
        nyord("psql", "--data", folder, "-c", "UPDATE users SET locked_until = now() + interval '1 hour'")
        unlock = nyord("admin", "unlock", "asha", "--data", folder, "--json")
        facts = {"id": 1, "username": "asha", "was_locked": True}
        assert (unlock.returncode, json.loads(unlock.stdout)) == (0, facts)
        nobody = nyord("admin", "unlock", "zoe", "--data", folder)
        assert (nobody.returncode, nobody.stderr) == (1, "nyord: There is no such user.\n")

        letters = nyord("dead-letters", "list", "--data", folder, "--json")
        assert (letters.returncode, json.loads(letters.stdout)) == (0, {"dead_letters": []})
        unknown = nyord("dead-letters", "give-up", "7", "--reason", "obsolete", "--data", folder)
        assert (unknown.returncode, len(unknown.stderr.splitlines())) == (1, 1)

        psql = nyord("psql", "--data", folder, "-Atc", "SELECT username || ' ' || role FROM users")
        assert (psql.returncode, psql.stdout) == (0, "asha admin\n")
        assert nyord("psql", "--data", folder, "-c", "SELEC").returncode == 1, "psql's own exit code"
        assert processes_naming(str(folder)) == []

    def test_a_dump_and_the_bank_that_it_was(self, folder: Path, tmp_path: Path) -> None:
        with EmbeddedPostgres(Home(folder)) as postgres, psycopg.connect(postgres.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 15000 AS minor")
        dump, beside = tmp_path / "nyord.dump", tmp_path / "restored"
        away = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}  # `--data` goes before it, and so do its programs
        done = nyord("dump", dump, "--data", folder, **away)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert dump.stat().st_mode & 0o777 == 0o600
        done = nyord("restore", dump, "--data", beside, **away)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert nyord("verify", "--data", beside).returncode == 0
        assert nyord("psql", "--data", beside, "-Atc", "SELECT minor FROM kept").stdout == "15000\n"

        again = nyord("restore", dump, "--data", folder)
        assert (again.returncode, len(again.stderr.splitlines())) == (1, 1)
        assert "restore beside it" in again.stderr
        assert nyord("restore", tmp_path / "typo", "--data", tmp_path / "new").returncode == 2
        assert not (tmp_path / "new").exists()

    def test_a_dump_takes_pg_dump_s_own_arguments_and_answers(self, folder: Path, tmp_path: Path) -> None:
        plain = tmp_path / "nyord.sql"
        assert nyord("dump", plain, "--data", folder, "--format=plain", "--table=alembic_version").returncode == 0
        assert "CREATE TABLE public.alembic_version" in plain.read_text()
        assert nyord("dump", plain, "--data", folder, "--table=nothing").returncode == 1, "pg_dump's own exit code"
        assert processes_naming(str(folder)) == []

    def test_without_a_data_folder_it_is_the_user_s_and_has_its_key(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "nyord").symlink_to(folder)
        done = subprocess.run(
            [sys.executable, "-P", "-c", SAY_THE_KEY],
            env=environment(XDG_DATA_HOME=str(tmp_path)),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.stdout.strip() == Home(folder).secrets().jwt_secret, done.stderr

    def test_tampered_books_are_a_no_that_names_the_row(self, folder: Path) -> None:
        with EmbeddedPostgres(Home(folder)) as postgres, psycopg.connect(postgres.url) as connection:
            row = connection.execute(
                "INSERT INTO ledger_accounts (kind, currency, credits_posted) "
                "VALUES ('customer', 'INR', 100) RETURNING id"
            ).fetchone()
        assert row is not None
        done = nyord("verify", "--data", folder)
        assert done.returncode == 1
        assert f"ledger account {row[0]}" in done.stdout
        facts = json.loads(nyord("verify", "--data", folder, "--json").stdout)
        assert facts["ok"] is False

    def test_a_database_without_tables_says_migrate(self, folder: Path) -> None:
        with EmbeddedPostgres(Home(folder)) as postgres, psycopg.connect(postgres.url) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        done = nyord("verify", "--data", folder)
        assert done.returncode == 1
        assert "run `./nyord migrate` first" in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
class TestADatabaseOfOnesOwn:
    """S177: DATABASE_URL names the database; `--data` goes before it."""

    def test_commands_use_it(self, database: str, tmp_path: Path) -> None:
        own = {"DATABASE_URL": database, "XDG_DATA_HOME": str(tmp_path)}
        assert nyord("psql", "-Atc", "SELECT current_database()", **own).stdout.strip() in database
        assert nyord("verify", **own).returncode == 0
        assert nyord("status", **own).returncode == 0
        assert nyord("dump", "/dev/null", "--no-sync", PATH="/nowhere", **own).returncode == 0
        assert nyord("psql", "-c", "SELECT 1", "--data", tmp_path / "typo", **own).returncode == 1
        assert list(tmp_path.iterdir()) == []

    def test_one_that_is_away_is_one_sentence(self, tmp_path: Path) -> None:
        own = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x", "XDG_DATA_HOME": str(tmp_path)}
        done = nyord("verify", **own)
        assert done.returncode == 1
        assert done.stderr.startswith("nyord: The database can't be reached")
        assert len(done.stderr.splitlines()) == 1
        assert nyord("status", "--json", **own).returncode == 1

    def test_status_of_a_database_that_can_only_be_read(self, database: str, tmp_path: Path) -> None:
        with read_only(database):
            done = nyord("status", XDG_DATA_HOME=str(tmp_path), DATABASE_URL=database)
        assert (done.returncode, done.stderr) == (1, "")
        assert "it can only be read" in done.stdout

    @pytest.mark.parametrize("scheme", ["postgres", "postgresql+psycopg"])
    def test_status_reads_every_scheme(self, scheme: str, database: str, tmp_path: Path) -> None:
        own = {"DATABASE_URL": f"{scheme}://{database.split('://', 1)[1]}", "XDG_DATA_HOME": str(tmp_path)}
        done = nyord("status", **own)
        assert (done.returncode, done.stdout) == (0, "The database answers and has the bank's tables.\n")

    def test_a_schema_of_its_own(self, fresh_database: Callable[[], str], tmp_path: Path) -> None:
        url = fresh_database()
        with psycopg.connect(url) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA bank")
        own = {"DATABASE_URL": f"{url}&options=-csearch_path%3Dbank", "XDG_DATA_HOME": str(tmp_path)}
        for command in ("migrate", "verify", "status"):
            done = nyord(command, **own)
            assert done.returncode == 0, done.stderr
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM bank.users").fetchone() == (0,)

    @pytest.mark.parametrize(
        ("place", "says"),
        [
            ("127.0.0.1:1/x?schema=public", "has an option that PostgreSQL doesn't know"),
            ("127.0.0.1:1/100%", "a % in the address must be written %25"),
            ("localhost:54x32/x", "can't be read as an address"),
            ("one:5432,two:54x32/x", "can't be read as an address"),
        ],
    )
    def test_an_address_that_is_none_is_one_sentence(self, place: str, says: str, tmp_path: Path) -> None:
        own = {"DATABASE_URL": f"postgresql://nobody:s3cret@{place}", "XDG_DATA_HOME": str(tmp_path)}
        for command in ("verify", "migrate"):
            done = nyord(command, **own)
            assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
            assert done.stderr.startswith("nyord: DATABASE_URL ") and says in done.stderr
            assert "s3cret" not in done.stderr


@pytest.mark.slow
class TestADatabaseThatRefuses:
    """What only the server knows to say no to is one sentence, too, and nothing has been changed."""

    @pytest.mark.parametrize("command", ["migrate", "seed"])
    def test_a_newer_version_s(self, command: str, fresh_database: Callable[[], str], tmp_path: Path) -> None:
        url = fresh_database()
        with psycopg.connect(url) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999_future'")
        done = nyord(command, DATABASE_URL=url, XDG_DATA_HOME=str(tmp_path))
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
        assert "belongs to a newer version of Nyord" in done.stderr

    @pytest.fixture
    def guest(self, fresh_database: Callable[[], str]) -> Iterator[tuple[str, str]]:
        """The address of an empty database for its owner, and for a role that may do nothing in it yet."""
        url = fresh_database()
        with psycopg.connect(url) as connection:
            connection.execute("DROP EXTENSION pg_trgm CASCADE")
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
            connection.execute("CREATE ROLE guest LOGIN PASSWORD 's3cret'")
        yield url, f"postgresql://guest:s3cret@{url.partition('@')[2]}"
        with psycopg.connect(url) as connection:
            connection.execute("DROP OWNED BY guest CASCADE")
            connection.execute("DROP ROLE guest")

    def test_a_role_that_may_not_make_tables(self, guest: tuple[str, str], tmp_path: Path) -> None:
        owner_s, url = guest
        with psycopg.connect(owner_s) as connection:
            connection.execute("GRANT USAGE ON SCHEMA public TO guest")
        own = {"DATABASE_URL": url, "XDG_DATA_HOME": str(tmp_path)}
        done = nyord("migrate", **own)
        up = nyord("up", "--no-web", "--port", str(free_port()), **own, JWT_SECRET=JWT_SECRET)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
        for said in (done.stderr, up.stderr):
            assert "The database refuses (permission denied for schema public)" in said
            assert "s3cret" not in said

    def test_a_role_that_may_not_make_extensions(self, guest: tuple[str, str], tmp_path: Path) -> None:
        owner_s, url = guest
        with psycopg.connect(owner_s) as connection:
            connection.execute("ALTER SCHEMA public OWNER TO guest")
        own = {"DATABASE_URL": url, "XDG_DATA_HOME": str(tmp_path)}
        done = nyord("migrate", **own)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
        assert "have its owner say `CREATE EXTENSION pg_trgm` in it once, then run this again." in done.stderr
        with psycopg.connect(owner_s) as connection:
            assert connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,), "nothing is begun"
            connection.execute("CREATE EXTENSION pg_trgm")
        assert nyord("migrate", **own).returncode == 0

    def test_one_that_can_only_be_read(self, fresh_database: Callable[[], str], tmp_path: Path) -> None:
        url = fresh_database()
        with psycopg.connect(url, autocommit=True) as connection:
            name = connection.info.dbname
            connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        own = {"DATABASE_URL": url, "XDG_DATA_HOME": str(tmp_path)}
        create = ["admin", "create", "asha", "--email", "a@example.com", "--password-stdin"]
        done = nyord(*create, stdin=f"{PASSWORD}\n", **own)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
        assert "The database can only be read" in done.stderr
        assert nyord("migrate", **own).returncode == 0, "there is nothing to do"


@pytest.mark.slow
class TestBesideARunningBank:
    def test_commands_use_its_database(self, folder: Path) -> None:
        with bank(folder) as running:
            assert nyord("verify", "--data", folder).returncode == 0
            assert nyord("psql", "--data", folder, "-Atc", "SELECT 1").stdout == "1\n"
            assert f"open at http://127.0.0.1:{running.port}" in nyord("status", "--data", folder).stdout
            assert running.answers()

    def test_status_of_another_database_says_nothing_of_it(self, folder: Path, database: str, tmp_path: Path) -> None:
        """The one that runs on the user's folder isn't the one that DATABASE_URL means."""
        (tmp_path / "nyord").symlink_to(folder)
        with bank(folder):
            done = nyord("status", XDG_DATA_HOME=str(tmp_path), DATABASE_URL=database)
            assert (done.returncode, done.stdout) == (0, "The database answers and has the bank's tables.\n")
            assert "is open at" in nyord("status", XDG_DATA_HOME=str(tmp_path)).stdout
