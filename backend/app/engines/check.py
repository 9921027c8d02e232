"""Whether the engines that the settings name are there, let us in, and are new enough; else one sentence each.

Asked before anything starts, so that a typing error is a sentence and not a gateway that answers 503. No sentence has a
password in it.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from app.config import ConfigurationError, Settings
from app.core.errors import reason_of
from app.core.tls import FILES, options_of

CONNECT_SECONDS_MAX: Final = 3
POSTGRESQL_MIN: Final = (15,)
RABBITMQ_MIN: Final = (3, 10)
ELASTICSEARCH_MIN: Final = (8,)

_PORTS_WITHOUT_TLS: Final = {"amqp": 5672, "pyamqp": 5672, "redis": 6379, "http": 80}
_WITH_TLS: Final = {"amqp": "amqps", "pyamqp": "amqps", "redis": "rediss", "http": "https"}
# OpenSSL's numbers (x509_vfy.h) for a certificate whose time hasn't come, or is over.
_NOT_NOW: Final = (9, 10)
_NOT_TLS: Final = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")
_WRONG_NAME: Final = (62, 63, 64)
_POSTGRESQL_IS_WRONG: Final = re.compile(
    r"authentication failed|does not exist|no password|not permitted|no pg_hba"
    r"|certificate|does not support SSL|private key|weak sslmode"
)


@dataclass(frozen=True)
class Finding:
    """What is wrong with an engine: a sentence that names the setting and what was found."""

    setting: str
    text: str
    may_pass: bool  # it can't be reached, which may be over in a moment; nothing else heals by waiting

    def __str__(self) -> str:
        return self.text


def check_engines(settings: Settings) -> list[Finding]:
    """Return what is wrong with the engines that are set; nothing, if the bank can run on them. Nothing is changed."""
    broker = "BROKER_URL" if settings.broker_url else "RABBITMQ_URL"
    broker_url = settings.celery_broker_url
    questions: list[tuple[str, str, Callable[[str], None]]] = [
        ("DATABASE_URL", settings.libpq_url if settings.database_url else "", _ask_postgresql),
        (broker, "" if broker_url.startswith("memory:") else broker_url, _ask_rabbitmq),
        ("REDIS_URL", settings.redis_url, _ask_redis),
        ("SEARCH_URL", settings.search_url, _ask_elasticsearch),
    ]
    found = [
        _finding_of_several(setting, url.split(";"), ask) if ask is _ask_rabbitmq else _finding(setting, url, ask)
        for setting, url, ask in questions
        if url
    ]
    return [finding for finding in found if finding is not None]


def require_engines(settings: Settings) -> list[Finding]:
    """Return what may heal by waiting: engines that can't be reached just now.

    Raises:
        ConfigurationError: the first thing that doesn't: wrong password, virtual host or database, or too old.
    """
    findings = check_engines(settings)
    for finding in findings:
        if not finding.may_pass:
            raise ConfigurationError(finding.text)
    return findings


def require_database_address(settings: Settings) -> None:
    """See that PostgreSQL can read DATABASE_URL, without asking any server: for commands that are about to ask it themselves.

    Raises:
        ConfigurationError: it can't.
    """
    if finding := _finding("DATABASE_URL", settings.libpq_url, _read_as_postgresql):
        raise ConfigurationError(finding.text)


class _Wrong(Exception):
    """The engine answered, and the answer is no."""


class _Away(Exception):
    """Nobody answered."""


def _finding(setting: str, url: str, ask: Callable[[str], None]) -> Finding | None:
    try:
        place = urlsplit(url)
        where = place.netloc.rpartition("@")[2] or "its socket"
        for host in where.split(",") if setting == "DATABASE_URL" else [where]:  # libpq takes several
            _ = urlsplit(f"//{host}").port
    except ValueError:
        return Finding(setting, f"{setting} can't be read as an address: check its port, and write %40 for @.", False)
    try:
        _require_files(url)
        ask(url)
    except (_Wrong, _Away) as error:
        passing = isinstance(error, _Away)
        reason = without_secrets(str(error), place.password).strip().rstrip(".")
        verb = "can't be reached" if passing else "can't be used"
        return Finding(setting, f"{setting} names {where}, which {verb}: {reason}.", passing)
    return None


def _finding_of_several(setting: str, urls: Sequence[str], ask: Callable[[str], None]) -> Finding | None:
    """Return what is wrong with any of them; that one is away only if all of them are."""
    found = [_finding(setting, url, ask) for url in urls]
    wrong = [finding for finding in found if finding and not finding.may_pass]
    return wrong[0] if wrong else None if None in found else found[0]


def _require_files(url: str) -> None:
    for name, path in options_of(url).items():
        if name in FILES:
            try:
                Path(path).open("rb").close()
            except OSError as error:
                raise _Wrong(f"{name} names {path}, which can't be read ({error.strerror})") from None
            except ValueError:  # a NUL character
                raise _Wrong(f"{name} isn't the name of a file") from None


def _no_answer(url: str, error: Exception) -> _Wrong | _Away:
    """Return what an error of a connection means; TLS on one side only doesn't heal by waiting."""
    if refusal := _refusal_of_tls(error):
        return refusal
    scheme = urlsplit(url).scheme
    nobody = any(isinstance(cause, ConnectionRefusedError | socket.gaierror) for cause in _causes(error))
    if scheme in _WITH_TLS and not nobody and _speaks_tls(url):
        return _Wrong(f"it speaks TLS, and the address doesn't begin with {_WITH_TLS[scheme]}://")
    if scheme in _WITH_TLS.values() and any(isinstance(cause, TimeoutError) for cause in _causes(error)):
        return _Away("there was no answer, and TLS may have a port of its own")
    return _Away(getattr(error, "message", "") or str(error))


def _refusal_of_tls(error: Exception) -> _Wrong | _Away | None:
    """Return what was wrong with TLS, if that is what went wrong; a certificate that is too old may be renewed."""
    found = next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLError)), None)
    if isinstance(found, ssl.SSLCertVerificationError):
        text = _not_accepted(found.verify_message)
        if found.verify_code in _NOT_NOW:
            return _Away(text)
        return _Wrong(
            text if found.verify_code in _WRONG_NAME else f"{text}: name its authority's file in ssl_ca_certs"
        )
    if found is None or isinstance(found, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return None
    if found.reason in _NOT_TLS:
        return _Wrong("it doesn't speak TLS there, and the address asks for it")
    return _Wrong(f"TLS with it isn't possible ({(found.reason or str(found)).replace('_', ' ').lower()})")


def _not_accepted(why: str) -> str:
    return f"its certificate isn't accepted ({why.rstrip('.')})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _speaks_tls(url: str) -> bool:
    place = urlsplit(url)
    try:
        port = place.port or _PORTS_WITHOUT_TLS[place.scheme]
        ssl.get_server_certificate((place.hostname or "localhost", port), timeout=CONNECT_SECONDS_MAX)
    except OSError:
        return False
    return True


def _ask_postgresql(url: str) -> None:
    import psycopg  # noqa: PLC0415  (each client is loaded only if its engine is set)

    _read_as_postgresql(url)
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS_MAX) as connection:
            found = connection.info.server_version
    except psycopg.OperationalError as error:
        reason = reason_of(error)
        raise _Wrong(reason) if _POSTGRESQL_IS_WRONG.search(reason) else _Away(reason) from None
    _require("PostgreSQL", f"{found // 10_000}.{found % 10_000}", POSTGRESQL_MIN)


def _read_as_postgresql(url: str) -> None:
    import psycopg  # noqa: PLC0415

    try:
        options = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        if "percent" in str(error):
            raise _Wrong("a % in the address must be written %25") from None
        raise _Wrong("the address has an option that PostgreSQL doesn't know") from None
    mode = options.get("sslmode") or os.environ.get("PGSSLMODE")
    if options.get("sslrootcert", "system") != "system" and mode not in ("verify-full", "verify-ca", "require"):
        # libpq would go on without TLS where the certificate isn't signed by that authority.
        raise _Wrong("sslrootcert means nothing without sslmode=verify-full beside it")


def _ask_rabbitmq(url: str) -> None:
    import amqp  # noqa: PLC0415
    from kombu.connection import Connection  # noqa: PLC0415

    from app.broker import address, kombu_tls  # noqa: F401, PLC0415  (kombu is how Celery connects, and must be as the rest)

    vhost = unquote(urlsplit(url).path[1:]) or "/"
    try:
        address.amqp_arguments(url)
        with Connection(url, connect_timeout=CONNECT_SECONDS_MAX) as connection:
            found = connection.transport.establish_connection()  # not connect(), which sleeps and tries again
            properties = found.server_properties
            connection.transport.close_connection(found)
    except amqp.exceptions.AccessRefused:
        raise _Wrong("user or password is wrong") from None
    except amqp.exceptions.NotAllowed:
        raise _Wrong(f"its virtual host {vhost!r} doesn't exist, or isn't this user's") from None
    except (amqp.exceptions.AMQPError, OSError) as error:
        raise _no_answer(url, error) from None
    except (TypeError, KeyError, ValueError):  # whatever kombu and amqp make of `?name=value`
        raise _Wrong("the address has an option that RabbitMQ's client doesn't know") from None
    _require(str(properties.get("product", "something else")), str(properties.get("version", "")), RABBITMQ_MIN)


def _ask_redis(url: str) -> None:
    import redis  # noqa: PLC0415

    seconds = CONNECT_SECONDS_MAX
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=seconds, socket_timeout=seconds) as client:
            client.ping()
    except redis.AuthenticationError:
        raise _Wrong("user or password is wrong") from None
    except (redis.ConnectionError, redis.TimeoutError, OSError) as error:
        raise _no_answer(url, error) from None
    except (redis.RedisError, ValueError) as error:
        raise _Wrong(str(error)) from None
    except TypeError:  # `?name=value` becomes an argument of its connections
        raise _Wrong("the address has an option that Redis's client doesn't know") from None


def _ask_elasticsearch(url: str) -> None:
    import elasticsearch  # noqa: PLC0415

    from app.search.elastic_client import elastic_client  # noqa: PLC0415

    seconds = CONNECT_SECONDS_MAX
    try:
        with elastic_client(url, request_timeout=seconds, max_retries=0) as client:
            # `GET /` isn't among the core modules, and a node knows its own version as well.
            nodes = client.nodes.info(node_id="_local", filter_path="nodes.*.version").body["nodes"]
    except elasticsearch.AuthenticationException:
        raise _Wrong("user or password is wrong") from None
    except elasticsearch.UnsupportedProductError:
        raise _Wrong("it isn't Elasticsearch 8 or 9") from None
    except elasticsearch.BadRequestError as error:
        # Elasticsearch 7 doesn't understand the media type by which a client asks for answers of version 8.
        old = "media_type" in str(error)
        raise _Wrong("it is an Elasticsearch before 8, and Nyord needs 8 or later" if old else str(error)) from None
    except (elasticsearch.ApiError, ValueError) as error:
        raise _Wrong(str(error)) from None
    except elasticsearch.SSLError as error:
        if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
            raise _no_answer(url, error) from None
        # Where the address has a number for a name, urllib3 compares them itself and has an error of its own.
        raise _Wrong(_not_accepted(error.message)) from None
    except elasticsearch.TransportError as error:
        raise _no_answer(url, error) from None
    _require("Elasticsearch", str(next(iter(nodes.values()))["version"]), ELASTICSEARCH_MIN)


def _require(product: str, version: str, oldest: tuple[int, ...]) -> None:
    """See that a version is new enough.

    Raises:
        _Wrong: it is older, or no version at all.
    """
    found = tuple(int(number) for number in re.findall(r"\d+", version)[: len(oldest)])
    if found < oldest:
        wanted = ".".join(map(str, oldest))
        raise _Wrong(f"it is {product} {version or 'of an unknown version'}, and Nyord needs {wanted} or later")


def without_secrets(text: str, password: str | None) -> str:
    """Return the text with the password of an address made unreadable, as it is written there and as it is meant."""
    for secret in {password or "", unquote(password or "")} - {""}:
        text = text.replace(secret, "•••")
    return text
