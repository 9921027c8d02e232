"""Settings: everything that an operator may turn, read from the environment (or `.env`), checked at start.

Each has its reason beside it, and `docs/operations/settings.md` is made of these. The names are the specification's, where it has
any (`DATABASE_URL`, `JWT_SECRET`, …).
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

# RFC 7518 section 3.2: a key is at least as long as the hash.
JWT_SECRET_BYTES_MIN = {"HS256": 32, "HS384": 48, "HS512": 64}


# How the address of each engine may begin. The first is the one to recommend.
_SCHEMES: Final = {
    "database_url": ("postgresql://", "postgres://", "postgresql+psycopg://"),
    "rabbitmq_url": ("amqp://", "amqps://", "pyamqp://", "memory://"),
    "broker_url": ("amqp://", "amqps://", "pyamqp://", "memory://"),
    "redis_url": ("redis://", "rediss://", "unix://"),
    "search_url": ("http://", "https://"),
    "otel_exporter_otlp_endpoint": ("http://", "https://"),
}
_FILE_SUFFIX: Final = "_FILE"
# What `limits` reads, which is loaded only where something is counted. Not 0, with which nobody could do anything.
_RATE: Final = re.compile(
    r"[1-9][0-9]*\s*(/|per)\s*([1-9][0-9]*\s*)?(second|minute|hour|day|month|year)s?", re.ASCII | re.IGNORECASE
)

LimitName = Literal[
    "rate_limit_per_user", "rate_limit_people", "rate_limit_anonymous", "rate_limit_login", "rate_limit_register"
]
"""The limits of use, each a setting of this name."""

# An origin as browsers write it: no path, no wildcard. `*` would let every page in the world act for whoever is signed in.
_ORIGIN: Final = re.compile(
    r"https?://([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?/?", re.ASCII | re.IGNORECASE
)


class ConfigurationError(Exception):
    """A setting is missing or unusable; the text is one sentence that names it and says what to do."""


def environment_value(name: str) -> str:
    """Return a variable's value, or what the file that NAME_FILE names holds: so come secrets into containers.

    The variable itself goes before the file; neither there is an empty text.

    Raises:
        ConfigurationError: the file can't be read.
    """
    if value := os.environ.get(name, ""):
        return value
    path = os.environ.get(name + _FILE_SUFFIX, "")
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it isn't text"
        raise ConfigurationError(
            f"{name}{_FILE_SUFFIX} names {path}, which can't be read ({reason}): mount the secret there."
        ) from None


class _Files(PydanticBaseSettingsSource):
    """Settings from files that variables name: JWT_SECRET_FILE for JWT_SECRET, and so for every other."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return environment_value(field_name.upper()) or None, field_name, False

    def __call__(self) -> dict[str, Any]:
        named = (name for name in self.settings_cls.model_fields if name.upper() + _FILE_SUFFIX in os.environ)
        return {name: value for name in named if (value := environment_value(name.upper()))}


class Settings(BaseSettings):
    """The bank's settings. Environment variables have the same names in capitals."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the environment says goes before the files that it names, and these before `.env`."""
        return init_settings, _Files(settings_cls), env_settings, dotenv_settings

    # -- the bank and its engines --------------------------------------------------------------------------------------
    database_url: str = ""  # PostgreSQL 15 or later. Absent: `nyord up` brings its own
    # What tokens are signed with: 32 bytes or more (48 and 64 for the longer hashes). The embedded bank makes its own, once.
    jwt_secret: SecretStr = SecretStr("")
    jwt_algorithm: Literal["HS256", "HS384", "HS512"] = "HS256"  # one and no other: a token's header doesn't choose
    frontend_url: str = "http://localhost:3000"  # the origins that a browser may call from, with commas between them
    # RabbitMQ, for events and for Celery's tasks. Absent: events travel in PostgreSQL, tasks inside the worker. Of a cluster
    # the addresses of all nodes, with `;` between them
    rabbitmq_url: str = ""
    broker_url: str = ""  # the same under Celery's name; it goes before the other

    # Redis. Absent: each gateway counts by itself.
    redis_url: str = ""

    # Elasticsearch 8 or 9. Absent: the embedded index, in `search/` of the bank's data folder or in SEARCH_FOLDER.
    search_url: str = ""
    search_prefix: str = ""  # before every index's name, where several banks share one cluster
    search_folder: str = ""  # where the embedded index is kept, if not in the data folder
    nyord_data: str = ""  # the bank's data folder; `nyord up` says it to gateway and worker

    # -- looking inside ----------------------------------------------------------------------------------------------
    log_format: Literal["json", "console"] = "json"  # for a program or for a person; under `nyord up` always the first
    log_level: Literal["debug", "info", "warning", "error"] = "info"  # the least that is logged

    # What lets a scraper read the gateway's /metrics without being staff. Absent: staff only.
    metrics_token: SecretStr = SecretStr("")
    metrics_port: int = Field(default=0, ge=0, le=65_000)  # each process's own /metrics, on loopback; 0: none
    # An OpenTelemetry collector, by HTTP. Absent: no traces are made.
    otel_exporter_otlp_endpoint: str = ""
    otel_traces_sampler_arg: float = Field(default=1.0, ge=0.0, le=1.0)  # the share of traces that is kept

    # -- identity ---------------------------------------------------------------------------------------------------
    access_token_seconds: int = 900  # short: what a thief can do with a copied token ends here (RFC 9700)
    refresh_token_days: int = 30  # how long somebody who comes back stays signed in
    refresh_grace_seconds: int = 20  # two tabs that refresh at once get the same successor
    cookie_secure: bool = False  # True behind TLS; the embedded bank speaks plain HTTP on loopback
    login_attempts_max: int = 10  # then the user is locked out
    login_lockout_seconds: int = 30 * 60  # long enough to make guessing hopeless, short enough to wait for

    # -- limits of use ----------------------------------------------------------------------------------------------
    rate_limit_enabled: bool = True  # off for load tests, where one person is a thousand
    rate_limit_per_user: str = "600/minute"  # any one person's calls
    rate_limit_people: str = "60/minute"  # looking others up: enough to pay by, too little to list all customers
    rate_limit_anonymous: str = "120/minute"  # calls without a token, per address
    rate_limit_login: str = "20/minute"  # per address, before the lock-out per user
    rate_limit_register: str = "20/hour"  # per address: an office may be behind one, a robot is, too
    body_bytes_max: int = 65_536  # a bulk of a hundred transfers takes a fifth of it

    # -- banking rules (paise; the numbers are the specification's) --------------------------------------------------
    review_above_minor: int = 50_000_00  # "transfers above ₹50,000 trigger manual review": 50,000.00 is not held
    # "more than 5 transactions in 1 minute": the sixth is held; 0 switches it off
    transactions_per_minute_max: int = Field(default=5, ge=0)
    accounts_per_user_max: int = 10  # staff look at every one that is asked for
    # Of one customer: thousands of held paise in a minute would bury what staff should look at; a bulk of a hundred fits
    reviews_open_max: int = Field(default=100, ge=1)
    hold_days: int = 7  # a review that nobody decides in this time gives the money back
    bulk_transfers_max: int = 100  # in one request; more would keep others waiting for the same commit
    strict_idempotency: bool = False  # True: initiate without a key is refused instead of getting a generated one (C9)

    # -- engine sizes -----------------------------------------------------------------------------------------------
    accept_batch_max: int = 500  # the sweet spot of the group commit
    accept_queue_max: int = 5_000  # beyond this the gateway answers 503 with Retry-After instead of growing
    settle_batch_max: int = 500  # requests settled in one commit: the larger, the cheaper is each, up to about here
    # Over how many ordered queues transfers are spread, by the account that pays. It can grow, never shrink (see events/shards).
    transaction_shards: int = Field(default=1, ge=1, le=64)
    queue_length_max: int = 50_000  # events waiting in one queue; beyond this the staff are warned (S122)
    queue_age_seconds_max: int = 60  # nor may the oldest of them have waited longer
    database_pool_size: int = 10  # connections that a process keeps; it may have ten more in a rush
    sockets_per_user_max: int = 10  # a person's tabs and devices; one more is refused
    socket_queue_max: int = 100  # messages waiting for one slow socket before it is dropped
    seal_every_seconds: int = 5  # how soon movements are in the chain of blocks
    verify_every_seconds: int = 3_600  # how often every balance is derived again

    @field_validator(*_SCHEMES)
    @classmethod
    def _known_scheme(cls, value: str, info: ValidationInfo) -> str:
        """The value itself stays out of the sentence: it has a password."""
        name = str(info.field_name)
        schemes = _SCHEMES[name]
        for address in value.split(";") if name in ("rabbitmq_url", "broker_url") else [value]:
            if value and not address.startswith(schemes):
                found = f"begins with {address.partition('://')[0]}://" if "://" in address else "isn't an address"
                raise ValueError(f"it must begin with {schemes[0]} and {found}")
        return value

    @field_validator("rabbitmq_url", "broker_url")
    @classmethod
    def _same_options(cls, value: str) -> str:
        """Celery would use the first's for the others, too."""
        if len({address.partition("?")[2] for address in value.split(";")}) > 1:
            raise ValueError("each of its addresses must have the same options after its `?`")
        return value

    @field_validator("search_url")
    @classmethod
    def _with_a_port(cls, value: str) -> str:
        """Elasticsearch's client insists on one. An address that can't be read is left to `engines.check`, which says so."""
        try:
            parts = urlsplit(value)
            if not parts.hostname or parts.port is not None:
                return value
        except ValueError:
            return value
        return parts._replace(netloc=f"{parts.netloc.rstrip(':')}:{443 if parts.scheme == 'https' else 80}").geturl()

    @field_validator(*get_args(LimitName))
    @classmethod
    def _readable_rate(cls, value: str) -> str:
        if not _RATE.fullmatch(value.strip()):
            raise ValueError("it must say how often, such as 600/minute")
        return value

    @field_validator("frontend_url")
    @classmethod
    def _plain_origins(cls, value: str) -> str:
        if not all(_ORIGIN.fullmatch(origin) for origin in _listed(value)):
            raise ValueError(
                "it must name origins, such as https://bank.example or http://localhost:3000, and nothing else, "
                "with commas between them"
            )
        return value

    @property
    def libpq_url(self) -> str:
        """The database address as libpq and psycopg read it."""
        return "postgresql://" + self.database_url.split("://", 1)[1]

    @property
    def celery_broker_url(self) -> str:
        """Celery's broker: `BROKER_URL`, else the specification's `RABBITMQ_URL`, else memory."""
        return self.broker_url or self.rabbitmq_url or "memory://"

    @property
    def events_broker_url(self) -> str:
        """The broker that events travel by: Celery's, if it is RabbitMQ. Empty: they stay in PostgreSQL (see events/)."""
        url = self.celery_broker_url
        return "" if url.startswith("memory:") else ";".join(address.removeprefix("py") for address in url.split(";"))

    def require_usable(self) -> Settings:
        """Return these settings if a bank can run on them.

        Raises:
            ConfigurationError: no database, or a JWT secret that is too short to sign with.
        """
        if not self.database_url:
            raise ConfigurationError(
                "DATABASE_URL is not set: point it at PostgreSQL 15 or later, or start the embedded bank with `./nyord up`."
            )
        bytes_min = JWT_SECRET_BYTES_MIN[self.jwt_algorithm]
        if len(self.jwt_secret.get_secret_value().encode()) < bytes_min:
            raise ConfigurationError(
                f"JWT_SECRET must have {bytes_min} bytes or more for {self.jwt_algorithm}: "
                f"make one with `python -c 'import secrets; print(secrets.token_hex({bytes_min}))'`."
            )
        return self


@lru_cache
def get_settings() -> Settings:
    """Return the settings of this process, read once.

    Raises:
        ConfigurationError: a variable has a value that can't be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]).upper()
        raise ConfigurationError(f"{name} can't be used: {first['msg'].removeprefix('Value error, ')}.") from None


def get_cors_origins() -> list[str]:
    """Return the origins that browsers may call from: `FRONTEND_URL`, several separated by commas (S21)."""
    return [origin.removesuffix("/").lower() for origin in _listed(get_settings().frontend_url)]


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
