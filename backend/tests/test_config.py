"""S15: `config.py`: everything comes from the environment, origins and secrets among it, and a secret is never shown."""

from __future__ import annotations

import re
from pathlib import Path

import limits
import pytest

from app import config
from app.config import ConfigurationError, Settings, get_cors_origins, get_settings

SECRET = "monsoon over the western ghats, every year"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Begin without a variable of the bank's, in a folder without a `.env`."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name.upper() + "_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    config.get_settings.cache_clear()


class TestSources:
    """The environment goes before the files that it names, and these before `.env`."""

    def test_every_setting_has_a_default_but_those_that_nobody_can_guess(self) -> None:
        settings = get_settings()
        assert (settings.database_url, settings.jwt_secret.get_secret_value()) == ("", "")
        with pytest.raises(ConfigurationError, match="DATABASE_URL is not set"):
            settings.require_usable()

    def test_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://nyord@db/nyord")
        monkeypatch.setenv("JWT_SECRET", SECRET)
        monkeypatch.setenv("ACCESS_TOKEN_SECONDS", "60")
        settings = get_settings().require_usable()
        assert settings.database_url == "postgresql://nyord@db/nyord"
        assert settings.jwt_secret.get_secret_value() == SECRET
        assert settings.access_token_seconds == 60

    def test_the_order(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("JWT_SECRET=from dotenv\nFRONTEND_URL=https://dotenv.example\n")
        assert Settings().jwt_secret.get_secret_value() == "from dotenv"
        (tmp_path / "secret").write_text("from a file\n")
        monkeypatch.setenv("JWT_SECRET_FILE", str(tmp_path / "secret"))
        assert Settings().jwt_secret.get_secret_value() == "from a file"
        monkeypatch.setenv("JWT_SECRET", "from the environment")
        assert Settings().jwt_secret.get_secret_value() == "from the environment"
        assert Settings().frontend_url == "https://dotenv.example"

    def test_a_file_that_can_t_be_read(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("JWT_SECRET_FILE", str(tmp_path / "none"))
        with pytest.raises(ConfigurationError, match=r"JWT_SECRET_FILE names .*none, which can't be read"):
            Settings()

    @pytest.mark.parametrize("name", ["PER_USER", "PEOPLE", "ANONYMOUS", "LOGIN", "REGISTER"])
    @pytest.mark.parametrize(
        "rate", ["often", "", "0/minute", "-1/minute", "5/fortnight", "5/0 minutes", "5/minute;9/hour"]
    )
    def test_a_rate_that_can_t_be_read(self, monkeypatch: pytest.MonkeyPatch, name: str, rate: str) -> None:
        monkeypatch.setenv(f"RATE_LIMIT_{name}", rate)
        sentence = f"RATE_LIMIT_{name} can't be used: it must say how often, such as 600/minute."
        with pytest.raises(ConfigurationError, match=f"^{re.escape(sentence)}$"):
            get_settings()

    @pytest.mark.parametrize("rate", ["600/minute", "5 per 2 hours", "1/Second", " 20/10minutes "])
    def test_a_rate_is_read_as_the_gateway_reads_it(self, monkeypatch: pytest.MonkeyPatch, rate: str) -> None:
        monkeypatch.setenv("RATE_LIMIT_LOGIN", rate)
        assert limits.parse(get_settings().rate_limit_login).amount > 0

    def test_a_maximum_below_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRANSACTIONS_PER_MINUTE_MAX", "-1")
        with pytest.raises(ConfigurationError, match=r"^TRANSACTIONS_PER_MINUTE_MAX can't be used: [^.]+ 0\.$"):
            get_settings()
        monkeypatch.setenv("TRANSACTIONS_PER_MINUTE_MAX", "0")
        assert get_settings().transactions_per_minute_max == 0


class TestSecrets:
    """A secret is long enough, and stands in no sentence and in no traceback."""

    @pytest.mark.parametrize(("algorithm", "bytes_min"), [("HS256", 32), ("HS384", 48), ("HS512", 64)])
    def test_as_long_as_the_hash(self, monkeypatch: pytest.MonkeyPatch, algorithm: str, bytes_min: int) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://nyord@db/nyord")
        monkeypatch.setenv("JWT_ALGORITHM", algorithm)
        monkeypatch.setenv("JWT_SECRET", "x" * (bytes_min - 1))
        with pytest.raises(ConfigurationError, match=f"JWT_SECRET must have {bytes_min} bytes or more for {algorithm}"):
            Settings().require_usable()
        monkeypatch.setenv("JWT_SECRET", "x" * bytes_min)
        Settings().require_usable()

    def test_not_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JWT_SECRET", SECRET)
        monkeypatch.setenv("METRICS_TOKEN", SECRET)
        assert SECRET not in repr(Settings()) + str(Settings())

    def test_each_of_several_brokers_is_one_that_events_can_travel_by(self) -> None:
        several = Settings(rabbitmq_url="pyamqp://a:1/x;amqps://b/x;pyamqp://c/x")
        assert several.events_broker_url == "amqp://a:1/x;amqps://b/x;amqp://c/x"

    def test_an_address_that_can_t_be_used_is_named_without_its_password(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RABBITMQ_URL", f"http://nyord:{SECRET}@broker/")
        with pytest.raises(ConfigurationError, match=r"RABBITMQ_URL can't be used: it must begin with amqp://") as told:
            get_settings()
        assert SECRET not in str(told.value)


class TestOrigins:
    """The origins that browsers may call from."""

    @pytest.mark.parametrize(
        ("said", "origins"),
        [
            (None, ["http://localhost:3000"]),
            ("https://bank.example/", ["https://bank.example"]),
            (
                "https://bank.example, https://staff.bank.example ,",
                ["https://bank.example", "https://staff.bank.example"],
            ),
            ("", []),
            ("HTTPS://Bank.Example:8443", ["https://bank.example:8443"]),  # as a browser writes it
            ("http://127.0.0.1:8000,http://[::1]:8000", ["http://127.0.0.1:8000", "http://[::1]:8000"]),
        ],
    )
    def test_from_frontend_url(self, monkeypatch: pytest.MonkeyPatch, said: str | None, origins: list[str]) -> None:
        if said is not None:
            monkeypatch.setenv("FRONTEND_URL", said)
        assert get_cors_origins() == origins

    @pytest.mark.parametrize(
        "said",
        [
            "*",
            "null",
            "bank.example",
            "//bank.example",
            "ftp://bank.example",
            "https://",
            "https://*.bank.example",
            "https://bank.example/app",
            "https://bank.example//",
            "https://bank.example?x",
            "https://bank.example#x",
            "https://teller:word@bank.example",
            "https://bank.example:",
            "https://bank.example:port",
            "https://bank..example",
            "https://bank.example https://staff.bank.example",
            "https://bank.example,*",
        ],
    )
    def test_what_is_no_origin(self, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
        monkeypatch.setenv("FRONTEND_URL", said)
        sentence = (
            "FRONTEND_URL can't be used: it must name origins, such as https://bank.example or http://localhost:3000, "
            "and nothing else, with commas between them."
        )
        with pytest.raises(ConfigurationError, match=f"^{re.escape(sentence)}$"):
            get_cors_origins()
